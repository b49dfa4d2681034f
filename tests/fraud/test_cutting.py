"""A long event is cut in its verdict, which says what the verdict on the whole one would."""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from fraud.context.event_facts import event_facts
from fraud.cutting import LONGEST_EVENT, Cut, cut, name_of, name_of_cut
from fraud.identity import canonical
from fraud.judging import Content, judged, verdicts_on
from fraud.readable import keepable
from fraud.usable import problems_of
from fraud.verdicts import Verdict, from_ndjson, to_ndjson
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body

PAD: dict[str, Any] = {"note": "x" * LONGEST_EVENT}
ODD: tuple[dict[str, Any], ...] = (
    PAD,
    {"note": [[]] * LONGEST_EVENT},
    {"category": "é🎈" * LONGEST_EVENT},
    PAD | {"store_ip": "1" * 300, "variant": {"a": 1}, "sku": [1], "cust_id": 2**60, "qty": 2.0, "gift_wrap": 1.0},
    PAD | {"store_id": None, "ttl": {"seconds": 60}, "archive": "x" * LONGEST_EVENT, "price": None},
    PAD | {"store_id": "s" * 300, "payment_method": "", "cust_id": "7" * 300, "sku": "", "event_type": "sale_event"},
    PAD | {"price": 1e400, "qty": 10**400, "variant": "\ud800" * 300, "is_return": "yes"},
    {"id": "x" * LONGEST_EVENT},
)


def content(changes: dict[str, Any]) -> Content:
    event = json.loads(event_body()) | changes
    return Content(keepable(event), "archive", ENQUEUED)


def verdict_on(content: Content) -> Verdict:
    (verdict,) = verdicts_on(content.event["id"], [content], 3, WINDOW_ENDING_1010)
    return verdict


@pytest.mark.parametrize("changes", ODD)
def test_the_verdict_on_a_long_event_is_the_same_and_has_what_was_judged_alone(changes: dict[str, Any]):
    long = content(changes)
    event, form = long.event, long.form
    verdict = verdict_on(long)
    whole = msgspec.structs.replace(judged(event, 3, WINDOW_ENDING_1010, None), event=None)
    assert verdict.event is not None

    assert event_facts(verdict.event) == event_facts(event)
    assert problems_of(verdict.event) == problems_of(event)
    assert msgspec.structs.replace(verdict, event=None, cut=msgspec.UNSET) == whole
    assert verdict.cut == Cut(len(form), hashlib.sha256(form).hexdigest()[:32])
    assert "note" not in verdict.event
    assert verdict.event["id"] == event["id"]
    assert len(to_ndjson([verdict])) < LONGEST_EVENT + 2 * len(event["id"])


@pytest.mark.parametrize("changes", ODD)
def test_a_verdict_that_was_read_back_names_the_content_that_arrived(changes: dict[str, Any]):
    long = content(changes)
    (verdict,) = from_ndjson(to_ndjson([verdict_on(long)]))
    assert verdict.event is not None
    assert isinstance(verdict.cut, Cut)

    assert name_of_cut(verdict.event, verdict.cut) == name_of(long.form)
    assert len(name_of(long.form)) < LONGEST_EVENT + len(long.event["id"])


def test_the_names_of_long_contents_differ_where_one_byte_does():
    names = {name_of(content(PAD | {"end": f"{number}"}).form) for number in range(1_000)}

    assert len(names) == 1_000


def test_whatever_is_changed_in_what_is_kept_changes_the_name():
    long = content(PAD | {"ts": "2026-01-02", "contact_me": "a@b"})
    event, of = cut(long.event, long.form)

    for name in event:
        assert name_of_cut(event | {name: "other"}, of) != name_of(long.form)
        assert name_of_cut({other: event[other] for other in event if other != name}, of) != name_of(long.form)
    assert name_of_cut(event, Cut(of.bytes + 1, of.digest)) != name_of(long.form)
    assert name_of_cut(event, Cut(of.bytes, of.digest[::-1])) != name_of(long.form)


def test_an_event_that_is_not_long_stays_whole_and_its_verdict_has_not_a_word_of_a_cut():
    event = content({}).event
    room = LONGEST_EVENT - len(canonical(event | {"note": ""}))
    just, beyond = content({"note": "x" * room}), content({"note": "x" * (room + 1)})

    assert verdict_on(just).event == just.event
    assert b'"cut"' not in to_ndjson([verdict_on(just)])
    assert name_of(just.form) == just.form
    assert verdict_on(beyond).cut
