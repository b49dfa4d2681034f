"""Bodies from a seed: events that are right, odd or broken in each of the ways that a hub takes."""

import gzip
import json
from random import Random
from typing import Any

IDS: list[Any] = [
    *("a", "b", "7", "x" * 255, "x" * 256, "blank   ", "x" + " " * 300, "\u00fc", "\u20ac" * 255, "\U0001f600" * 127),
    *(
        "\U0001f600" * 128,
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        ".",
        "..",
        "...",
        "content:1",
        "with\0nul",
        "line\nbreak",
        "<>&\"'",
    ),
    *("2026-03-05T10:00:00Z", "", None, 7, 7.0, True, [], ["a"], {}, {"id": "a"}, 2**63, "x" * 5_000),
]
STORES: list[Any] = [
    *(1, 1, 2, 7, 7.0, True, "7", "07", " 7", "7.0", "Rome", "", None, -3, 0, -0.0, 7.5, 1e300, 2**53 - 1, 2**53),
    *(-(2**53), 2**63 - 1, 2**63, 2**64, 10**30, [], [7], {}, {"id": 7}, "9" * 19, "9" * 30, "x" * 5_000, "\u0667"),
]
DISCOUNTS: list[Any] = [
    *(
        60,
        75,
        50.5,
        50.0000001,
        50,
        50.0,
        49,
        0,
        -1,
        "60",
        "60.5",
        True,
        None,
        [],
        {},
        1e300,
        2**62,
        2**63,
        10**30,
        "NaN",
    ),
]
FLAGS: list[Any] = [True, False, 1, 1.0, 0, 2, "true", "1", None, [], {}]
TYPES: list[Any] = ["sale_event", "inventory_event", "SALE_EVENT", "sale_event ", "", None, 1, ["sale_event"]]
OTHERS: list[tuple[str, Any]] = [
    *(
        ("qty", 3),
        ("qty", 2**63),
        ("qty", 10**400),
        ("price", 1e300),
        ("price", "1"),
        ("cust_id", 2**64),
        ("gift_wrap", 1),
    ),
    *(("ttl", 60), ("_ts", 1), ("archive", {}), ("note", "\u00e9\U0001f600"), ("note", [1, {"deep": [2**63]}])),
    *(("ID", "other"), ("Discount", 60), ("Store_Id", 9), ("PRIORITY_SHIPPING", True), ("EventEnqueuedUtcTime", "x")),
    *(("PartitionId", 9), ("bad_msg", True), ("is_return", True), ("ts", "2026-03-05T10:00:00Z")),
]


def pick(random: Random, usual: Any, odd: list[Any], rate: float) -> Any:
    """The usual value, or at this rate an odd one."""
    return random.choice(odd) if random.random() < rate else usual


def event(random: Random) -> dict[str, Any]:
    """An event: most are flagged sales of few ids and stores, with something odd in every second."""
    rate = random.choice([0.0, 0.1, 0.3])
    fields: dict[str, Any] = {
        "id": pick(random, f"id-{random.randrange(6)}", IDS, rate),
        "event_type": pick(random, "sale_event", TYPES, rate),
        "store_id": pick(random, random.randrange(4), STORES, rate),
        "discount": pick(random, 60, DISCOUNTS, rate),
        "priority_shipping": pick(random, True, FLAGS, rate),
    }
    for name in [name for name in fields if random.random() < rate / 4]:
        del fields[name]
    if random.random() < rate:
        name, value = random.choice(OTHERS)
        fields[name] = value
    return fields


def text_of(random: Random, fields: dict[str, Any]) -> str:
    """JSON of an event, now and then with a key twice, escapes, blanks, or a number as only JSON can write it."""
    items = list(fields.items())
    if random.random() < 0.05 and items:
        items.append((random.choice(items)[0], random.choice([1, 60, True, "sale_event", None])))
    if random.random() < 0.1:
        random.shuffle(items)
    ascii_only = random.random() < 0.5
    body = ", ".join(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=ascii_only)}" for name, value in items)
    if random.random() < 0.05:
        odd = [
            "6e1",
            "60.0",
            "1e400",
            "-1e400",
            "NaN",
            "Infinity",
            "0x3c",
            "060",
            "6_0",
            '"\\ud800"',
            '"\\u0000"',
            "\t60",
        ]
        body = body.replace(": 60", f": {random.choice(odd)}", 1)
    if random.random() < 0.03:
        body = body.replace('"id"', '"\\u0069d"', 1)
    return "{" + body + "}"


def body_of(random: Random) -> bytes:  # noqa: PLR0911, PLR0912 - one for each kind of body
    """A body: one event, or whatever else a hub takes."""
    kind = random.random()
    single = text_of(random, event(random))
    if kind < 0.75:
        return single.encode()
    several = [single, *(text_of(random, event(random)) for _ in range(random.randrange(1, 4)))]
    match random.randrange(15):
        case 0:
            return f"[{','.join(several)}]".encode()
        case 1:
            return "\n".join(several).encode()
        case 2:
            return "\r\n\r\n".join(several).encode()
        case 3:
            return f"  {single}  \n".encode()
        case 4:
            return b"\xef\xbb\xbf" + single.encode()
        case 5:
            return single.encode("utf-16")
        case 6:
            return gzip.compress(single.encode(), mtime=0)
        case 7:
            return single.encode()[: random.randrange(len(single) + 1)]
        case 8:
            return "".join(several).encode()
        case 9:
            return f'{{"events": {single}}}'.encode()
        case 10:
            return single.encode() + b"\n" + random.choice([b"not json", b"7", b"null", b"[]", b'"text"', b"\xff"])
        case 11:
            return random.choice([b"", b"[]", b"null", b"7", b'"text"', b"[[]]", b"[7]", b"\xff\xfe", b"[" * 2_000])
        case 12:
            return f"[{single}, [{single}]]".encode()
        case 13:
            pretty = single.replace(", ", random.choice([", ", " ,\n\t\r"]))
            mark, *blanks = (random.choice(["", blank]) for blank in ("\ufeff", "\v", "\f"))
            return f"{mark}{blanks[0]}{pretty}{blanks[1]}".encode()
        case _:
            return b"[" + single.encode() + b"]\n" + single.encode()
