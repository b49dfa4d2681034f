"""Contents that count as the same, and contents that differ."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.archive import ReceivedEvent, original_event, plan_archive
from fraud.identity import canonical
from reconciliation.capture.records import Records
from reconciliation.comparing.compare import Scope, compare
from reconciliation.ranges import milliseconds
from reconciliation.reading.event_rows import EventRows
from reconciliation.reading.rows import Kind, RowWriter, decode_segment, header_length, segment_of, store_number
from tests.reconciliation.rows_in_memory import KEYS
from tests.reconciliation.world import START

MOMENT = milliseconds(START) + 60_000
WINDOW = MOMENT // 300_000 + 1
EVENT: dict[str, Any] = {
    "id": "a",
    "event_type": "sale_event",
    "store_id": 7,
    "price": 20.5,
    "note": {"deep": [1, "ä"]},
}


def differences(bodies: list[bytes], documents: list[dict[str, Any]]) -> dict[str, int]:
    """The number of differences of each class, after Cosmos has been asked for nothing else."""
    rows = RowWriter(KEYS)
    captured = Records(list(range(len(bodies))), [MOMENT] * len(bodies), bodies)
    EventRows(rows, 0, "0", all_contents=True).add(captured)
    arrived = [KEYS.of_body(body) for body in bodies]
    for document in documents:
        event = original_event(document)[0]
        content = KEYS.of_content(canonical(event))
        store = store_number(event.get("store_id"))
        place = arrived.index(content) if content in arrived else -1
        rows.add(Kind.DOCUMENT, ["a"], WINDOW, store, contents=[content], sequences=[place])
    part = rows.encode(0)
    offset, length = segment_of(part[: header_length(0)], 0)
    compared = compare(*decode_segment(part[offset : offset + length]), KEYS, Scope(WINDOW, WINDOW, ("ns/hub/0",)))
    return dict(Counter([doubtful.name for doubtful in compared.doubtful]) + Counter(list(compared.differences)))


def differ(bodies: list[bytes], documents: list[dict[str, Any]]) -> int:
    return differences(bodies, documents).get("differs_in_cosmos", 0)


def archived(body: bytes) -> dict[str, Any]:
    """The document that the archiver writes, as Cosmos gives it back."""
    plan = plan_archive([ReceivedEvent(body, "0", 1, "0", START, "r")])
    document = next(sale for documents in plan.documents.values() for sale in documents).content
    return json.loads(json.dumps(document)) | {"_ts": 1, "_etag": "x", "_rid": "y", "_self": "z", "_attachments": ""}


def body_of(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


@pytest.mark.parametrize(
    "body",
    [
        body_of(),
        body_of(store_id=None),
        json.dumps({name: value for name, value in EVENT.items() if name != "store_id"}).encode(),
        body_of(price=20.0, qty=3),
        body_of().replace(b"20.5", b"2.05e1"),
    ],
)
def test_what_the_archiver_wrote_is_the_same(body: bytes):
    assert differ([body], [archived(body)]) == 0


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, st.randoms())
def test_neither_the_order_of_fields_nor_the_form_of_numbers_matters(value: Any, random: Any):
    document = archived(body_of(more=value))
    names = list(document)
    random.shuffle(names)

    assert differ([body_of(more=value)], [{name: document[name] for name in names}]) == 0


@pytest.mark.parametrize("change", [{"price": 20.6}, {"note": {"deep": [1, "a"]}}, {"more": None}, {"event_type": "x"}])
def test_any_other_value_or_field_differs(change: dict[str, Any]):
    assert differ([body_of()], [archived(body_of()) | change]) == 1


def test_every_content_that_was_captured_must_be_archived():
    first, second = body_of(), body_of(qty=2)
    both = [archived(first), archived(second)]

    assert differences([first, second], both) == {"id_reused": 1}
    assert differences([first, second], both[1:]) == {"id_reused": 1, "absent_from_cosmos": 1}
    assert differences([first, second], [*both, archived(body_of(qty=3))]) == {"id_reused": 1, "only_in_cosmos": 1}
    assert differences([first], [archived(second)]) == {"differs_in_cosmos": 1}


def test_the_same_bytes_sent_again_are_only_a_note():
    assert differences([body_of(), body_of()], [archived(body_of())]) == {}


def test_an_event_without_a_document_is_not_altered_but_absent():
    assert differences([body_of()], []) == {"absent_from_cosmos": 1}
    assert differ([body_of(), b"{", b"[1]"], []) == 0
    assert differences([], [archived(body_of())]) == {"only_in_cosmos": 1}
