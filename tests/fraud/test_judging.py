from typing import Any

import msgspec
import pytest

from fraud.events import StoreEvent
from fraud.generation import generate_events
from fraud.judging import HIGH_SCORE, MEDIUM_SCORE, band_of, judge, judged, unresolved
from fraud.rules import RULE_SET, RULES
from fraud.rules.registry import Evidence, rule
from fraud.suspicion import is_suspicious
from tests.fraud.builders import WINDOW_ENDING_1010, event_body

SUSPICIOUS: dict[str, Any] = msgspec.json.decode(event_body())


def rules_that_hold(**changes: Any) -> set[str]:
    return {reason.rule for reason in judge(msgspec.convert(SUSPICIOUS | changes, StoreEvent))}


def test_the_chains_own_rule_holds_for_what_the_stream_job_flags():
    for event in generate_events("1", batch=0, count=2_000, bad_ratio=0.1, ts="2026-01-02T10:00:00+00:00"):
        read = msgspec.json.decode(msgspec.json.encode(event), type=StoreEvent)
        flagged = is_suspicious(event.event_type, event.discount, event.priority_shipping)
        assert ("DISCOUNTED_PRIORITY_SALE" in {reason.rule for reason in judge(read)}) == flagged


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
    assert (verdict.rule_set, verdict.run_id) == (RULE_SET, "campaign-x")


def test_bands_begin_at_their_bounds():
    scores = (0, MEDIUM_SCORE - 1, MEDIUM_SCORE, HIGH_SCORE - 1, HIGH_SCORE)

    assert [band_of(score) for score in scores] == ["low", "low", "medium", "medium", "high"]


def test_every_band_is_within_reach_of_the_rules():
    assert max(rule.weight for rule in RULES.values()) < MEDIUM_SCORE
    assert sum(rule.weight for rule in RULES.values()) >= HIGH_SCORE


def test_an_unresolved_id_has_a_verdict_without_an_event():
    verdict = unresolved("gone", None, WINDOW_ENDING_1010)

    assert (verdict.event_id, verdict.band, verdict.event, verdict.score) == ("gone", "unresolved", None, 0)


def test_two_rules_of_one_name_or_a_rule_without_weight_are_refused():
    def never(_: StoreEvent) -> Evidence | None:
        return None

    with pytest.raises(ValueError, match="two rules are named HIGH_VALUE"):
        rule("HIGH_VALUE", weight=1)(never)
    with pytest.raises(ValueError, match="above 0"):
        rule("NEW", weight=0)(never)
    assert "NEW" not in RULES
