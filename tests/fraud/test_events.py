import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.events import UNKNOWN_STORE, MalformedEventError, is_event_id, parse_document, parse_event

SAMPLE = b'{"id": "a", "event_type": "sale_event", "store_id": 3, "discount": 60, "loyalty": {"tier": 2}}'

# The sample in the original project's own document: it stops in the middle of a field.
ORIGINAL_SAMPLE = b"""{
  "id": "743da362-69df-4e63-a95f-a1d93e29825e",
  "request_id": "743da362-69df-4e63-a95f-a1d93e29825e",
  "store_id": 5,
  "store_fqdn": "localhost",
  "store_ip": "127.0.0.1",
  "cust_id": 549,
  "category": "Notebooks",
  "sku": 169008,
  "price": 45.85,
  "qty": 34,
  "discount": 10.3,
  "gift_wrap": true,
  "variant": "red",
  "priority_shipping": false,
  "ts": "2023-05-19T14:36:09.985501",
  "contact_me": "github.com/miztiik",
  "is_return": }"""


def test_the_original_documents_own_sample_is_malformed_and_says_where():
    with pytest.raises(MalformedEventError, match=r"not valid JSON: .*byte \d+"):
        parse_event(ORIGINAL_SAMPLE)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"id": ' + b"[" * 100_000, "not "),
        (b"[]", "not a store event: Expected `object`"),
        (b'{"event_type": "sale_event"}', "missing required field `id`"),
        (b'{"id": 7, "event_type": "sale_event"}', r"Expected `str`, got `int` - at `\$.id`"),
        (b'{"id": "a", "event_type": "refund"}', "event_type"),
        (b'{"id": "a", "event_type": "sale_event", "store_id": "3"}', "store_id"),
        (b'{"id": "a", "event_type": "sale_event", "store_id": 1e300}', "store_id"),
        (b'{"id": "a", "event_type": "sale_event", "store_id": 9007199254740993}', "store_id"),
        (b'{"id": "a/b", "event_type": "sale_event"}', "none of"),
        (b'{"id": "..", "event_type": "sale_event"}', "not be . or"),
        (b'{"id": "", "event_type": "sale_event"}', "1 to 255 characters"),
        (b'{"id": "' + b"x" * 256 + b'", "event_type": "sale_event"}', "1 to 255 characters"),
    ],
)
def test_a_malformed_body_is_refused_with_a_reason(body: bytes, reason: str):
    with pytest.raises(MalformedEventError, match=reason):
        parse_event(body)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"\ud800", "half of a surrogate pair"),
        (r"\\\uD800x", "half of a surrogate pair"),
        (r"\ud83d\ude00", None),
        (r"\\ud800", None),
    ],
)
def test_half_a_surrogate_pair_is_named_as_such(text: str, reason: str | None):
    body = b'{"id": "a", "event_type": "sale_event", "category": "%s"}' % text.encode()
    if reason is None:
        parse_document(body)
        return
    with pytest.raises(MalformedEventError, match=reason):
        parse_document(body)


def test_a_body_that_is_cut_off_is_not_taken_for_broken_text():
    with pytest.raises(MalformedEventError, match="truncated"):
        parse_document(rb'{"id": "a", "category": "\ud83d\ude00"')


def test_an_event_without_a_store_belongs_to_the_unknown_one():
    assert parse_event(b'{"id": "a", "event_type": "sale_event", "bad_msg": true}').store_key == UNKNOWN_STORE


def test_the_document_keeps_fields_that_the_domain_does_not_know():
    assert parse_document(SAMPLE)["loyalty"] == {"tier": 2}
    assert parse_event(SAMPLE).store_key == 3


def reads_or_refuses(body: bytes) -> bool:
    try:
        return bool(parse_event(body).id)
    except MalformedEventError as problem:
        return bool(str(problem))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_malformed(body: bytes):
    assert reads_or_refuses(body)


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
def test_any_json_is_an_event_or_malformed(value: object):
    assert reads_or_refuses(msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("text", "fits"), [("\u20ac" * 255, True), ("\U0001f600" * 127, True), ("\U0001f600" * 128, False)]
)
def test_an_id_is_measured_in_the_characters_of_the_stream_job(text: str, fits: bool):
    assert is_event_id(text) is fits
