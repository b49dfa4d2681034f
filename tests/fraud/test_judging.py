import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.archive import quarantined
from fraud.events import StoreEvent
from fraud.generation import generate_events
from fraud.judging import (
    Content,
    archived_contents,
    band_of,
    flagged_contents,
    judge,
    judged,
    may_be_more,
    quarantined_contents,
    unresolved,
    verdicts_on,
)
from fraud.quarantine_index import is_flagged
from fraud.readable import readable_events
from fraud.rules.shipped import SEED
from fraud.suspicion import is_suspicious
from fraud.verdicts import Verdict, case_of, from_ndjson, to_ndjson
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body, received

SUSPICIOUS: dict[str, Any] = msgspec.json.decode(event_body())


def rules_that_hold(**changes: Any) -> set[str]:
    return {reason.rule for reason in judge(msgspec.convert(SUSPICIOUS | changes, StoreEvent))}


def test_the_chains_own_rule_holds_for_what_the_stream_job_flags():
    for event in generate_events("1", batch=0, count=2_000, bad_ratio=0.1, ts="2026-01-02T10:00:00+00:00"):
        read = msgspec.json.decode(msgspec.json.encode(event), type=StoreEvent)
        flagged = is_suspicious(event.event_type, event.discount, event.priority_shipping)
        assert ("DISCOUNTED_PRIORITY_SALE" in {reason.rule for reason in judge(read)}) == flagged


@given(
    flag=st.sampled_from((True, 1, 1.0, 0.1e1, False, 0, 0.0, -0.0, 2, 0.5, "true", "1", None, [1], float("inf"))),
    discount=st.one_of(st.integers(), st.floats(allow_nan=False), st.text(), st.booleans()),
)
def test_whatever_form_its_fields_have_the_rule_holds_for_what_the_stream_job_flags(flag: Any, discount: Any):
    event = SUSPICIOUS | {"priority_shipping": flag, "discount": discount}

    reasons = judged(event, 3, WINDOW_ENDING_1010, None).reasons

    flagged = is_suspicious("sale_event", discount, flag)
    assert ("DISCOUNTED_PRIORITY_SALE" in {reason.rule for reason in reasons}) == flagged


@pytest.mark.parametrize(
    ("rule_name", "changes", "bound"),
    [
        ("EXTREME_DISCOUNT", {"discount": 70}, {"discount": 69}),
        ("HIGH_VALUE", {"price": 100.0, "qty": 50}, {"price": 99.99, "qty": 50}),
        ("HIGH_LOSS", {"price": 100.0, "qty": 50, "discount": 60}, {"price": 100.0, "qty": 49, "discount": 60}),
        ("MISSING_STORE", {"store_id": None}, {"store_id": 1}),
        ("UNTRACEABLE_PAYMENT", {"payment_method": "gift_card"}, {"payment_method": None}),
    ],
)
def test_a_rule_holds_at_its_bound_and_not_below(rule_name: str, changes: dict[str, Any], bound: dict[str, Any]):
    assert rule_name in rules_that_hold(**changes)
    assert rule_name not in rules_that_hold(**bound)


def test_evidence_names_the_number_and_the_bound():
    reasons = judge(msgspec.convert(SUSPICIOUS | {"discount": 72}, StoreEvent))

    assert {reason.rule: reason.evidence for reason in reasons}["EXTREME_DISCOUNT"] == "discount 72 % is at least 70 %"


def test_the_score_is_the_sum_of_the_weights_and_decides_the_band():
    verdict = judged(SUSPICIOUS | {"discount": 75, "payment_method": "cash"}, 3, WINDOW_ENDING_1010, "campaign-x")

    assert verdict.score == sum(reason.weight for reason in verdict.reasons) == 65
    assert verdict.band == "medium"
    assert (verdict.rule_set, verdict.run_id) == (SEED.id, "campaign-x")


def test_bands_begin_at_their_bounds():
    medium, high = SEED.bands.medium, SEED.bands.high
    scores = (0, medium - 1, medium, high - 1, high)

    assert [band_of(score) for score in scores] == ["low", "low", "medium", "medium", "high"]


def test_every_band_is_within_reach_of_the_rules():
    assert sum(rule.most for rule in SEED.rules) >= SEED.bands.high > SEED.bands.medium


def test_an_unresolved_id_has_a_verdict_without_an_event():
    verdict = unresolved("gone", None, WINDOW_ENDING_1010)

    assert (verdict.event_id, verdict.band, verdict.event, verdict.score) == ("gone", "unresolved", None, 0)


def in_quarantine(*bodies: bytes) -> list[Content]:
    records = [quarantined(received(body, number), "odd") for number, body in enumerate(bodies)]
    return [content for record in records for content in flagged_contents(record)]


def judged_ids(*documents: dict[str, Any]) -> list[Verdict]:
    return verdicts_on("a", archived_contents(documents, 3), 3, WINDOW_ENDING_1010)


def test_every_flagged_content_under_an_id_has_a_verdict_and_the_reuse_counts_against_each():
    dear, cheap, harmless = (SUSPICIOUS | changes for changes in ({"price": 9_999.99}, {"price": 1.0}, {"discount": 5}))

    verdicts = judged_ids(dear, harmless, cheap)

    assert [verdict.event for verdict in verdicts] == [cheap, dear]
    assert all("3 different contents" in verdict.reasons[-1].evidence for verdict in verdicts)
    assert [verdict.reasons[-1].rule for verdict in verdicts] == ["ID_REUSED", "ID_REUSED"]
    assert judged_ids(cheap, dear, harmless) == verdicts


def content(sequence_number: int, **changes: Any) -> Content:
    (read,) = quarantined_contents("a", in_quarantine(event_body(**changes)), 3)
    return msgspec.structs.replace(read, arrived=ENQUEUED + timedelta(seconds=sequence_number))


def test_a_content_of_another_window_does_not_explain_why_this_one_named_the_id():
    here, elsewhere = content(0), content(300)

    assert not may_be_more([here], 3, WINDOW_ENDING_1010)
    assert not may_be_more([here, elsewhere], 3, WINDOW_ENDING_1010)
    assert may_be_more([elsewhere], 3, WINDOW_ENDING_1010)
    assert may_be_more([msgspec.structs.replace(here, arrived=None)], 3, WINDOW_ENDING_1010)


def test_an_id_may_have_as_many_contents_as_a_window_named_it_times():
    dear, cheap = content(0), content(1, price=2.0)

    assert may_be_more([dear], 3, WINDOW_ENDING_1010, named=2)
    assert not may_be_more([dear, cheap], 3, WINDOW_ENDING_1010, named=2)
    assert may_be_more([dear, cheap], 3, WINDOW_ENDING_1010, named=3)


@pytest.mark.parametrize("store", [2**60, "3", 3.0, True])
def test_a_content_whose_store_is_in_doubt_does_not_explain_why_a_window_named_the_id(store: Any):
    (odd,) = quarantined_contents("a", in_quarantine(event_body(store_id=store)), 3)
    odd = msgspec.structs.replace(odd, arrived=ENQUEUED)

    assert may_be_more([odd], 3, WINDOW_ENDING_1010)
    assert not may_be_more([odd, content(0)], 3, WINDOW_ENDING_1010)
    assert may_be_more([odd], None, WINDOW_ENDING_1010)


def test_a_single_content_is_not_a_reuse_of_its_id():
    (verdict,) = judged_ids(SUSPICIOUS)

    assert "ID_REUSED" not in {reason.rule for reason in verdict.reasons}
    assert verdict.source == "archive"


def test_an_id_without_a_flagged_content_has_one_verdict_that_waits_for_it():
    (verdict,) = judged_ids(SUSPICIOUS | {"discount": 5}, SUSPICIOUS | {"discount": 6})

    assert (verdict.band, verdict.event, verdict.source) == ("unresolved", None, None)
    assert [reason.rule for reason in verdict.reasons] == ["NOT_FLAGGED"]


def test_an_ill_typed_event_is_judged_on_its_usable_fields_and_the_others_are_a_reason():
    verdict = judged(
        SUSPICIOUS | {"gift_wrap": 1, "price": 9_999.99, "qty": 99, "cust_id": "x"}, 3, WINDOW_ENDING_1010, None
    )

    assert (verdict.band, verdict.reasons[-1].rule) == ("high", "NOT_A_STORE_EVENT")
    assert "gift_wrap: Expected `bool`" in verdict.reasons[-1].evidence
    assert "cust_id: Expected `int | null`" in verdict.reasons[-1].evidence


def test_a_flag_that_only_the_stream_job_takes_for_one_counts_as_the_job_reads_it():
    (verdict,) = verdicts_on(
        "a", quarantined_contents("a", in_quarantine(event_body(priority_shipping=1)), 3), 3, WINDOW_ENDING_1010
    )

    assert [reason.rule for reason in verdict.reasons] == ["DISCOUNTED_PRIORITY_SALE", "NOT_A_STORE_EVENT"]


def test_contents_of_archive_and_quarantine_are_judged_together_and_each_says_where_it_was_found():
    bodies = [event_body(gift_wrap=1), event_body(discount=5), event_body("b"), event_body(store_id=4), event_body()]
    contents = [*archived_contents([SUSPICIOUS], 3), *quarantined_contents("a", in_quarantine(*bodies), 3)]

    verdicts = verdicts_on("a", contents, 3, WINDOW_ENDING_1010)

    assert [verdict.source for verdict in verdicts] == ["quarantine", "archive"]
    assert all(
        "2 different contents" in reason.evidence for v in verdicts for reason in v.reasons if reason.weight == 30
    )


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**400, max_value=10**401)
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
field_names = st.sampled_from([*StoreEvent.__struct_fields__, "ttl", "_ts", "archive", "archive_key", "more"])
odd_events = st.dictionaries(field_names, json_values, max_size=8)
TRIGGERS = {"event_type": "sale_event", "discount": 60, "priority_shipping": True}


@given(odd_events, st.booleans())
def test_whatever_an_event_holds_it_is_judged_can_be_written_and_is_judged_the_same_again(
    odd: dict[str, Any], flagged: bool
):
    (event,) = readable_events(json.dumps(odd | (TRIGGERS if flagged else {})).encode())

    verdict = judged(event, 3, WINDOW_ENDING_1010, None, name="a")

    (read_back,) = from_ndjson(to_ndjson([verdict]))
    assert read_back.event is not None
    assert judged(read_back.event, 3, WINDOW_ENDING_1010, None, name="a") == read_back == verdict
    assert is_flagged(read_back.event) or not flagged


@given(odd_events)
def test_a_neighbour_is_judged_the_same_whatever_stands_beside_it(odd: dict[str, Any]):
    alone = judged_ids(SUSPICIOUS)

    odd_contents = quarantined_contents(
        "b", in_quarantine(json.dumps(odd | TRIGGERS | {"id": "b", "store_id": 3}).encode()), 3
    )
    verdicts = [*judged_ids(SUSPICIOUS), *verdicts_on("b", odd_contents, 3, WINDOW_ENDING_1010)]

    assert from_ndjson(to_ndjson(verdicts))[:1] == alone
    assert case_of("w", 3, WINDOW_ENDING_1010, verdicts, "x").suspicious == len(verdicts) == 2
