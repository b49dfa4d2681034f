"""Verdicts against labels: found and missed by scenario, and how good the alarms were."""

from cli.demo.evening import IdTruth
from cli.demo.finding import ScenarioFound, find
from fraud.load.report import IdVerdict


def fraud(scenario: str, ring: str, *, flagged: bool = True) -> IdTruth:
    return IdTruth(scenario, ring, is_fraud=True, is_flagged=flagged)


def innocent(scenario: str = "") -> IdTruth:
    return IdTruth(scenario, scenario and f"{scenario}-1", is_fraud=False, is_flagged=True)


TRUTH = {
    "a": fraud("card_testing", "card_testing-1"),
    "b": fraud("card_testing", "card_testing-1"),
    "c": fraud("card_testing", "card_testing-2", flagged=False),
    "d": fraud("slow_drip", "slow_drip-1"),
    "e": innocent(),
    "f": innocent("staff_sale"),
    "g": IdTruth("", "", is_fraud=False, is_flagged=False),
}
VERDICTS = [
    IdVerdict("a", 90, "high"),
    IdVerdict("b", 40, "medium"),
    IdVerdict("d", 0, "unresolved"),
    IdVerdict("e", 60, "high"),
]


def test_a_ring_is_found_by_one_sale_that_is_high_and_each_sale_counts_in_its_band():
    finding = find(TRUTH, VERDICTS)

    assert finding.scenarios == (
        ScenarioFound(scenario="card_testing", rings=2, rings_found=1, high=1, medium=1, low=0, never_flagged=1),
        ScenarioFound(scenario="slow_drip", rings=1, rings_found=0, high=0, medium=0, low=1, never_flagged=0),
    )
    assert finding.innocent == {"high": 1, "low": 1}


def test_shares_are_of_what_was_flagged_and_the_blindness_of_the_query_is_beside_them():
    finding = find(TRUTH, VERDICTS)

    assert finding.share_of_fraud("high") == 1 / 2
    assert (finding.share_found("high"), finding.share_found("high", "medium")) == (1 / 3, 2 / 3)
    assert (finding.never_flagged, finding.fraud_sales) == (1, 4)


def test_an_evening_without_fraud_has_no_shares():
    finding = find({"e": innocent()}, [])

    assert (finding.scenarios, finding.share_found("high"), finding.share_of_fraud("high")) == ((), None, None)
    assert finding.innocent == {"low": 1}
