"""Keys that a sender who knows the code cannot aim at, and that are exact for the rest."""

import hashlib
import uuid
from collections.abc import Iterator
from random import Random

import msgspec
import numpy as np
import pytest

from fraud.cutting import LONGEST_EVENT, cut
from fraud.identity import canonical
from fraud.readable import readable_events
from reconciliation.reading.keys import NO_CONTENT, RunKeys

SECRET, OTHER_SECRET = b"the secret of one run", b"that of another"
PAIRS = 1_000_000
BATCH = 50_000


def unkeyed(text: str, person: bytes = b"") -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=person).digest()


def constructed(random: Random) -> Iterator[tuple[str, str]]:
    """Pairs of ids that share a key where keys are unkeyed, share a domain, or are joined without escaping."""
    while True:
        text = f"order {random.getrandbits(60)}"
        for person in (b"", b"text", b"place", b"uuid"):
            digest = unkeyed(text, person)
            yield text, str(uuid.UUID(bytes=digest))
            yield text, str(uuid.UUID(bytes_le=digest))
            yield text, str(uuid.UUID(bytes=digest[::-1]))
        partition, sequence = random.randrange(32), random.randrange(2**40)
        yield f"\0p{partition}-{sequence}", f"\0p{partition}{sequence}"
        yield f"\0p{partition}-{sequence}", str(uuid.UUID(bytes=unkeyed(f"\0p{partition}-{sequence}")))
        first, second = text[:9], text[9:]
        yield f"{first}\n{second}", f"{first}{second}"
        yield first + "\0" + second, first + "\0\0" + second
        number = random.getrandbits(128)
        yield str(uuid.UUID(int=number)), str(uuid.UUID(int=number)).upper()
        yield str(uuid.UUID(int=number)), uuid.UUID(int=number).hex
        yield str(uuid.UUID(int=number)), str(uuid.UUID(int=number ^ 1 << random.randrange(128)))


@pytest.mark.parametrize("count", [50_000, pytest.param(PAIRS, marks=pytest.mark.proof)])
def test_none_of_many_constructed_pairs_collides(count: int):
    keys = RunKeys(SECRET)
    pairs = constructed(Random(7))
    for _ in range(count // BATCH):
        batch = [next(pairs) for _ in range(BATCH)]
        first, second = (keys.of_ids([pair[side] for pair in batch])[0] for side in (0, 1))

        assert not (first == second).all(axis=1).any()


def test_a_place_is_not_the_key_of_any_id():
    keys = RunKeys(SECRET)
    places = [(partition, sequence) for partition in range(30) for sequence in range(200)]
    texts = [
        text
        for partition, sequence in places
        for text in (
            f"\0p{partition}-{sequence}",
            f'["{partition}",{sequence}]',
            str(uuid.UUID(bytes=unkeyed(f'["{partition}",{sequence}]', b"place"))),
        )
    ]
    of_places = [keys.of_places(str(partition), [sequence])[0].tobytes() for partition, sequence in places]

    assert len(set(of_places)) == len(places)
    assert {key.tobytes() for key in keys.of_ids(texts)[0]}.isdisjoint(of_places)


def test_contents_of_one_id_have_keys_of_their_own():
    keys = RunKeys(SECRET)
    bodies = [msgspec.json.encode({"id": "a", "qty": number}) for number in range(100_000)]

    of_bodies = [keys.of_body(body) for body in bodies]

    assert len({*of_bodies, NO_CONTENT}) == len(bodies) + 1
    assert keys.of_body(b'{"qty": 1.0, "id": "a"}') == of_bodies[1]
    assert keys.of_body(b"[1]") == NO_CONTENT


def test_the_keys_of_two_runs_have_nothing_in_common():
    ids = [*(str(uuid.UUID(int=number)) for number in range(500)), *(f"order {number}" for number in range(500))]
    keys, others = RunKeys(SECRET), RunKeys(OTHER_SECRET)

    assert not np.isin(keys.of_ids(ids)[0], others.of_ids(ids)[0]).any()
    assert keys.of_body(b"{}") != others.of_body(b"{}")
    assert keys.of_places("0", [1]).tolist() != others.of_places("0", [1]).tolist()


def test_a_long_content_has_one_key_in_capture_in_the_archive_and_in_a_verdict():
    keys = RunKeys(SECRET)
    body = msgspec.json.encode({"id": "a", "event_type": "sale_event", "qty": 2.0, "note": "x" * LONGEST_EVENT})
    event = msgspec.json.decode(body)
    kept, of = cut(event, canonical(event))

    assert keys.of_body(body) == keys.of_cut(kept, of) == keys.of_event(event) == keys.of_content(canonical(event))
    assert keys.of_cut(kept, of, 3) == keys.of_event(event, 3) != keys.of_event(event)
    assert keys.of_body(body.replace(b"xxx", b"xyx", 1)) != keys.of_body(body)


ODD = (
    b'{"qty": ' + b"9" * 401 + b"}",
    b'{"qty": 1e999}',
    b'{"qty": NaN}',
    b'{"note": "\\ud800"}',
    b'{"deep": ' + b"[" * 300 + b"]" * 300 + b"}",
    b'{"qty": 12345678901234567890}',
)


@pytest.mark.parametrize("body", ODD)
def test_a_body_has_the_key_of_the_event_that_is_judged(body: bytes):
    """An odd body is judged by what can be kept of it, which a verdict holds."""
    keys = RunKeys(SECRET)
    (event,) = readable_events(body)

    assert keys.of_body(msgspec.json.encode(event)) == keys.of_body(body) != NO_CONTENT
