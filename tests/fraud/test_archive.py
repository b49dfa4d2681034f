# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownMemberType=false
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from azure.cosmos._base import _format_batch_operations
from azure.cosmos._synchronized_request import _request_body_from_data
from hypothesis import given
from hypothesis import strategies as st

from fraud.archive import (
    MAX_RUN_ID,
    ArchiveDocument,
    ArchiveWrites,
    ReceivedEvent,
    batches,
    event_id_of,
    original_event,
    plan_archive,
)
from fraud.identity import archive_key, further_id
from tests.fraud.builders import event_body, received


def test_a_document_is_the_producers_event_and_one_field_of_the_archive():
    plan = plan_archive([received(event_body("a", loyalty={"tier": 2}), sequence_number=7)])
    (document,) = written(plan)
    content = document.content

    assert content["archive_key"] == archive_key(3, "a")
    assert {name: value for name, value in content.items() if not name.startswith("archive")} == msgspec.json.decode(
        event_body("a", loyalty={"tier": 2})
    )
    assert content["archive"] == {
        "partition": "1",
        "sequence_number": 7,
        "offset": "700",
        "enqueued_time": "2026-01-02T10:07:30.007000+00:00",
        "run_id": "campaign-x",
    }


@pytest.mark.parametrize("length", [MAX_RUN_ID, MAX_RUN_ID + 1, 900_000])
def test_a_run_id_that_is_longer_than_any_of_ours_reaches_neither_document_nor_verdict(length: int):
    long = "r" * length
    (document,) = written(plan_archive([msgspec.structs.replace(received(event_body("a")), run_id=long)]))
    earlier = {**document.content, "archive": {**document.content["archive"], "run_id": long}}
    run = long if length == MAX_RUN_ID else None

    assert document.content["archive"]["run_id"] == run
    assert original_event(earlier) == (msgspec.json.decode(event_body("a")), run)


def test_documents_are_grouped_by_store_and_id():
    plan = plan_archive([received(event_body(str(store), store_id=store), store) for store in (1, 2, 1, 3)])

    keys = [archive_key(store, str(store)) for store in (1, 2, 3)]
    assert {key: len(documents) for key, documents in plan.documents.items()} == dict.fromkeys(keys, 1)


def test_an_event_without_a_store_is_archived_under_the_unknown_one():
    plan = plan_archive([received(b'{"id": "a", "event_type": "sale_event", "bad_msg": true}')])

    (document,) = written(plan)
    assert document.content["store_id"] == "_unknown"
    assert document.content["archive_key"].startswith("_unknown-")


def test_an_id_that_was_delivered_twice_is_written_once_as_it_came_first():
    plan = plan_archive([received(event_body("a"), 1), received(event_body("a"), 2)])

    (document,) = written(plan)
    assert document.content["archive"]["sequence_number"] == 1


def test_the_same_content_in_another_form_is_written_once():
    twin = b'{"price": 10, "discount": 6e1, ' + event_body("a").replace(b'"price":10.0,', b"").replace(
        b'"discount":60,', b""
    ).removeprefix(b"{")
    plan = plan_archive([received(event_body("a"), 1), received(twin, 2)])

    assert len(written(plan)) == 1


def test_a_further_content_under_an_id_is_written_beside_the_first_and_knows_its_event():
    plan = plan_archive([received(event_body("a"), 1), received(event_body("a", price=9_999.99, qty=99), 2)])

    first, further = written(plan)
    assert first.id == "a"
    assert further.id.startswith("content:")
    assert further.is_further
    assert event_id_of(further.content) == "a"
    assert original_event(further.content)[0] == msgspec.json.decode(event_body("a", price=9_999.99, qty=99))
    assert further.as_first().content == further.as_first().as_further().as_first().content


def test_no_event_can_take_an_id_that_the_archive_gives_to_a_further_content():
    plan = plan_archive([received(event_body("content:0123"), 1)])

    assert plan.documents == {}
    assert "not begin with content:" in plan.malformed[0].reason


contents = st.dictionaries(st.sampled_from(["price", "qty", "note", "x"]), st.integers() | st.floats(allow_nan=False))


@given(contents, contents)
def test_two_contents_have_one_document_id_only_if_they_are_equal_to_cosmos(
    first: dict[str, Any], other: dict[str, Any]
):
    equal = {name: float(value) for name, value in first.items() if abs(value) < 1e300} == {
        name: float(value) for name, value in other.items() if abs(value) < 1e300
    }
    if all(abs(value) < 1e300 for value in (*first.values(), *other.values())):
        assert (further_id("a", first) == further_id("a", other)) == equal


def test_ids_and_contents_cannot_be_shifted_into_each_other():
    assert further_id("a", {"x": 1}) != further_id("a1:", {"x": 1})


def test_a_malformed_event_is_quarantined_with_its_bytes_and_place():
    plan = plan_archive([received(event_body()), received(b'{"is_return": }', 8)])

    (record,) = plan.malformed
    assert record.raw_base64 == "eyJpc19yZXR1cm4iOiB9"
    assert "not valid JSON" in record.reason
    assert record.path == "store-events/2026/01/02/10/p1-8.json"
    assert (record.partition, record.sequence_number, record.offset) == ("1", 8, "800")
    assert len(written(plan)) == 1


@pytest.mark.parametrize("value", [b"1e400", b'"\\ud800"', b"[" * 50_000, b"-"])
def test_what_cannot_be_kept_in_a_field_that_nobody_reads_is_malformed_and_blocks_nothing(value: bytes):
    broken = b'{"id": "b", "event_type": "sale_event", "store_id": 3, "extra": ' + value + b"}"

    plan = plan_archive([received(event_body("a"), 1), received(broken, 2)])

    assert [document.id for document in written(plan)] == ["a"]
    assert [record.sequence_number for record in plan.malformed] == [2]


@pytest.mark.parametrize("field", [2**63, -(2**63) - 1, 10**400, [1, {"deep": [10**30]}]])
def test_a_whole_number_that_the_stream_job_does_not_read_is_quarantined_and_blocks_nothing(field: Any):
    plan = plan_archive([received(event_body("a"), 1), received(event_body("b", note=field), 2)])

    assert [document.id for document in written(plan)] == ["a"]
    assert [record.sequence_number for record in plan.malformed] == [2]
    assert "64 bits" in plan.malformed[0].reason


@pytest.mark.parametrize("field", [2**63 - 1, -(2**63), 1e300, "9" * 30, ["9" * 30]])
def test_a_number_of_64_bits_and_digits_in_a_text_are_archived(field: Any):
    plan = plan_archive([received(event_body("a", note=field))])

    assert [document.content["note"] for document in written(plan)] == [field]


def nested(levels: int, sequence_number: int) -> ReceivedEvent:
    lists = b"[" * levels + b"]" * levels
    body = b'{"id": "a", "event_type": "sale_event", "store_id": 3, "n": %d, "x": %b}' % (sequence_number, lists)
    return received(body, sequence_number)


def test_an_event_that_is_nested_deeper_than_the_archive_takes_is_quarantined_and_blocks_nothing():
    plan = plan_archive([nested(127, 1), nested(127, 2), nested(128, 3), nested(900, 4), nested(900, 5)])

    assert len(written(plan)) == 2
    assert [record.sequence_number for record in plan.malformed] == [3, 4, 5]
    assert "128 levels" in plan.malformed[0].reason


@given(st.binary(max_size=40))
def test_whatever_stands_in_a_field_an_event_is_archived_or_quarantined(value: bytes):
    body = b'{"id": "b", "event_type": "sale_event", "store_id": 3, "extra": ' + value + b"}"
    plan = plan_archive([received(body)])

    assert sum(map(len, plan.documents.values())) + len(plan.malformed) == 1


@pytest.mark.parametrize("field", ["archive", "archive_key", "ttl", "_etag", "_ts"])
def test_a_field_that_the_archive_would_overwrite_or_act_upon_is_refused(field: str):
    plan = plan_archive([received(event_body(**{field: 1}))])

    assert plan.documents == {}
    assert field in plan.malformed[0].reason


@pytest.mark.parametrize("body", [event_body(), b'{"id":"a","event_type":"sale_event","bad_msg":true,"x":[1]}'])
def test_the_original_event_is_what_was_sent(body: bytes):
    (documents,) = plan_archive([received(body)]).documents.values()
    read_back = documents[0].content | {"_rid": "r", "_self": "s", "_etag": "e", "_attachments": "a", "_ts": 1}

    assert original_event(read_back) == (msgspec.json.decode(body), "campaign-x")


@pytest.mark.parametrize("archive", [None, "text", [1], {"run_id": 7}, {}])
def test_a_document_that_someone_else_wrote_has_no_run(archive: object):
    assert original_event({"id": "a", "archive": archive}) == ({"id": "a"}, None)


def written(plan: ArchiveWrites) -> list[ArchiveDocument]:
    return [document for documents in plan.documents.values() for document in documents]


def sent_by_the_sdk(documents: Sequence[ArchiveDocument]) -> int:
    """The bytes of a batch that creates documents and marks their firsts, written by the SDK's own code."""
    mark = {"op": "set", "path": "/archive/further", "value": True}
    creations = [("create", (document.content,)) for document in documents]
    marks = [("patch", (document.event_id, [mark])) for document in documents]
    body = _request_body_from_data(_format_batch_operations([*creations, *marks]))
    assert isinstance(body, str)
    return len(body.encode())


@pytest.mark.parametrize(
    ("extra", "run_id"),
    [
        (b'"' + "é".encode() * 900 + b'"', None),
        (b"[" + b",".join([b"1e15"] * 300) + b"]", None),
        (b'"' + "\U0001f600".encode() * 300 + b'"', "run"),
        (b"1", "é" * 2_000),
        (b"1", None),
    ],
    ids=["letters of two bytes", "numbers that are written out", "emoji", "a long run id", "nothing odd"],
)
@pytest.mark.parametrize("event_id", ["a", "é" * 255])
def test_a_document_takes_no_more_bytes_in_a_batch_than_it_says(event_id: str, extra: bytes, run_id: str | None):
    body = b'{"id": "%b", "event_type": "sale_event", "store_id": 3, "extra": %b}' % (event_id.encode(), extra)
    (first,) = written(plan_archive([msgspec.structs.replace(received(body), run_id=run_id)]))

    for document in (first, first.as_further()):
        assert sent_by_the_sdk([document]) <= document.size <= 1.2 * sent_by_the_sdk([document]) + 4_000


def documents_of(sizes: list[int]) -> list[ArchiveDocument]:
    return [ArchiveDocument({"id": str(n)}, received(b"x" * size, n), str(n)) for n, size in enumerate(sizes)]


@given(st.lists(st.integers(0, 3_000), max_size=60), st.integers(1, 10), st.integers(2_000, 12_000))
def test_batches_keep_order_and_limits_whatever_the_sizes(sizes: list[int], most: int, max_bytes: int):
    documents = documents_of(sizes)
    cut = list(batches(documents, most, max_bytes))

    assert [document for batch in cut for document in batch] == documents
    for batch in cut:
        assert 1 <= len(batch) <= most
        assert len(batch) == 1 or sum(document.size for document in batch) <= max_bytes
