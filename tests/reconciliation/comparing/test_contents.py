"""Contents that count as the same, and contents that differ."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.archive import ReceivedEvent, plan_archive
from reconciliation.capture.records import Records
from reconciliation.comparing.altered import altered
from reconciliation.ranges import milliseconds
from reconciliation.reading.contents import add_captured, add_documents
from reconciliation.reading.rows import RowWriter, decode_segment, header_length, segment_of
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


def differ(bodies: list[bytes], documents: list[dict[str, Any]]) -> int:
    contents = RowWriter()
    add_captured(contents, Records(list(range(len(bodies))), [MOMENT] * len(bodies), bodies))
    add_documents(contents, documents, [WINDOW] * len(documents))
    part = contents.encode(0)
    offset, length = segment_of(part[: header_length(0)], 0)
    return len(altered(decode_segment(part[offset : offset + length])[0], WINDOW, WINDOW))


def archived(body: bytes) -> dict[str, Any]:
    """The document that the archiver writes, as Cosmos gives it back."""
    plan = plan_archive([ReceivedEvent(body, "0", 1, "0", START, "r")])
    document = next(one for documents in plan.documents.values() for one in documents).content
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


def test_a_document_may_hold_any_of_the_contents_that_were_captured():
    assert differ([body_of(), body_of(qty=2)], [archived(body_of(qty=2))]) == 0
    assert differ([body_of(), body_of(qty=2)], [archived(body_of(qty=3))]) == 1


def test_an_event_without_a_document_is_not_altered_but_absent():
    assert differ([body_of(), b"{", b"[1]"], []) == 0
    assert differ([], [archived(body_of())]) == 0
