"""Texts that mean harm, in each field of what the desk shows that takes a text."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from activities.archive_events import archive_events
from fraud.archive import ReceivedEvent
from fraud.desk.deeds import Deed, DeedKind
from fraud.desk.review import REVIEW_FIELD, JournalEntry, Review
from fraud.desk.rows import CaseRow
from fraud.generation import generate_events
from fraud.verdicts import Verdict, to_ndjson
from services import cosmos, names
from services.blobs import NDJSON, read_blob, warehouse, write_blob
from services.desk.case_queries import IS_CASE
from services.desk.deeds import keep_deed
from services.desk.reviews import entry_document

TEXTS = (
    "<script>window.ran=1</script>",
    '"><img src=x onerror=window.ran=1><p class="',
    "javascript:window.ran=1//'{{7*7}}",
    "\u202egnp.exe\u2066 \u0000\u0007\ud7ff",
    "../../a\\b/c?d=e&f#g%2F%00",
    "w" * 65_536,
)
"""Markup, an attribute's end, an address that runs, turned and unseen characters, a path, and a long word."""
STORE = 7
_KEPT = frozenset({"id", "case_id", "type", "event_type", "verdicts_blob", "store_id"})
"""Without these a document would not be found, or an event not be one."""


def poisoned(content: Any, text: str, kind: Any) -> Any:
    """A content whose every text, and every name in a free object, is another, as far as its reader takes it."""
    content = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(content)))
    for path in list(_texts(content)):
        *way, last = path
        holder: Any = content
        for step in way:
            holder = holder[step]
        before = holder[last]
        holder[last] = text
        try:
            msgspec.convert(content, kind)
        except msgspec.ValidationError:
            holder[last] = before
    return content


def _texts(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = cast("dict[Any, Any]", content).items() if isinstance(content, dict) else enumerate(content)
    for name, value in members:
        if isinstance(value, dict | list):
            yield from _texts(value, (*path, name))
        elif isinstance(value, str) and name not in _KEPT:
            yield (*path, name)


async def fill_hostile(now: datetime) -> list[str]:
    """Put each text into a case with its review, journal and verdicts, an event, a record and a deed.

    There must be as many cases of STORE. Gives the paths of the pages that show one thing.
    """
    container = await cosmos.cases()
    query = f"SELECT TOP {len(TEXTS)} * FROM c WHERE {IS_CASE}"
    cases = [case async for case in container.query_items(query, partition_key=STORE)]
    paths: list[str] = []
    for number, (case, text) in enumerate(zip(cases, TEXTS, strict=True), 1):
        await _poison_case(case, text, now)
        record = f"store-events/2026/03/04/08/p1-{number}.ndjson"
        line = {"reason": text, "raw_base64": "e2JhZDwvc2NyaXB0Pg==", "partition": text, "offset": text, "run_id": text}
        await write_blob(await warehouse(names.QUARANTINE), record, msgspec.json.encode(line) + b"\n", NDJSON)
        deeds: tuple[DeedKind, ...] = ("repair", "act-on-workflow")
        for deed in deeds:
            await keep_deed(Deed(when=now, who=text, by="name", what=deed, subject=text, why=text, outcome=text))
        paths += [f"/desk/cases/{case['id']}", f"/desk/quarantine/record?path={record}"]
    sale = msgspec.to_builtins(next(iter(generate_events("hostile", 1, 1, 0.0, now.isoformat()))))
    events = [
        {**poisoned(sale, text, dict[str, Any]), "id": f"{text[:400]}", "store_id": STORE, text: text} for text in TEXTS
    ]
    at = now - timedelta(minutes=20)
    await archive_events(
        [ReceivedEvent(msgspec.json.encode(event), "1", n, str(n), at, None) for n, event in enumerate(events, 10_000)]
    )
    return paths


async def _poison_case(case: dict[str, Any], text: str, now: datetime) -> None:
    container = await cosmos.cases()
    own = {name: value for name, value in case.items() if not name.startswith("_")}
    review = Review(state="escalated", assignee=text[:100], entries=1, changed=now, decided_by=text, why=text)
    entry = JournalEntry(
        case_id=case["id"], number=1, when=now, who=text, by="name", what="decided", state="escalated", why=text,
        assignee=text,
    )  # fmt: skip
    changed = poisoned({**own, "etag": ""}, text, CaseRow)
    changed["stakes"]["rules"] = {text: 1}
    changed["top"] = [{**top, "rules": [text]} for top in changed["top"]]
    await container.upsert_item({**changed, REVIEW_FIELD: msgspec.to_builtins(review)})
    await container.upsert_item(entry_document(entry, case["store_id"]))
    _, path = case["verdicts_blob"].split("/", 1)
    blobs = await warehouse(names.FRAUD_EVENTS)
    lines = (await read_blob(blobs, path)).splitlines()
    verdicts = [msgspec.convert(poisoned(msgspec.json.decode(line), text, Verdict), Verdict) for line in lines]
    await write_blob(blobs, path, to_ndjson(verdicts), NDJSON)
