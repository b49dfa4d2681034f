from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.accounts import CampaignAccounts
from cli.campaigns import CampaignState
from fraud.load.messages import MixTotals
from reconciliation.messages import Outcome

BALANCED: dict[str, Any] = {
    "events": 100,
    "captured": 100,
    "malformed": 0,
    "resent": 0,
    "reread": 0,
    "archived": 98,
    "quarantined": 2,
    "expected": 8,
    "suspicious": 8,
    "analysed": 8,
    "matched": 8,
    "missing_from_suspicious": 0,
    "missing_from_fraud": 0,
    "unexpected": 0,
    "duplicates": 0,
    "wrong_window": 0,
    "wrong_store": 0,
    "absent_from_cosmos": 0,
    "differs_in_cosmos": 0,
    "only_in_cosmos": 0,
    "absent_from_quarantine": 0,
    "unresolved": 0,
    "ambiguous": 0,
    "nameless": 0,
    "corrected": 0,
    "unreadable": 0,
    "archive_gaps": 0,
    "windows": 3,
}
CAMPAIGN = CampaignState(id="campaign-x", totals=MixTotals(sent=100, expected_suspicious=8))
NOT_COUNTED = ("malformed", "resent", "reread", "ambiguous", "nameless", "corrected", "unreadable")
"""Accounts of the reconciliation that the campaign's own do not have: its verdict has them."""
MUST_BE_ZERO = [name for name, count in BALANCED.items() if count == 0 and name not in NOT_COUNTED]


def accounts_with(changes: dict[str, int] | None = None, verdict: str = "balanced") -> CampaignAccounts:
    of_the_run = {"id": "reconcile-x", "balanced": verdict == "balanced", "verdict": verdict, "sentence": ""}
    counts = BALANCED | (changes or {})
    moment = "2026-01-02T11:00:00Z"
    outcome = msgspec.convert({**of_the_run, "accounts": counts, "compared_until": moment, "reports": {}}, Outcome)
    return CampaignAccounts.of(CAMPAIGN, outcome)


def test_accounts_that_add_up_balance():
    assert accounts_with().balanced


@pytest.mark.parametrize("name", MUST_BE_ZERO)
def test_one_event_in_any_class_of_differences_is_enough_to_fail(name: str):
    assert not accounts_with({name: 1}).balanced


@given(
    st.sampled_from(["captured", "archived", "quarantined", "expected", "suspicious", "analysed"]), st.integers(0, 200)
)
def test_no_count_may_differ_from_what_it_must_equal(name: str, count: int):
    assert accounts_with({name: count}).balanced == (count == BALANCED[name])


def test_a_batch_that_was_sent_twice_is_no_difference():
    assert accounts_with({"resent": 30}).balanced


@pytest.mark.parametrize("verdict", ["differences", "incomplete", "empty"])
def test_the_reconciliation_has_the_last_word(verdict: str):
    assert not accounts_with(verdict=verdict).balanced


def test_the_summary_has_every_number_that_a_script_reads():
    promised = (
        "sent captured archived quarantined expected suspicious analysed missing unexpected duplicates unresolved"
    )
    assert set(promised.split()) | {"windows", "verdict"} <= msgspec.to_builtins(accounts_with()).keys()


def test_a_world_that_uses_ids_again_balances_if_each_of_them_was_noticed_and_nothing_else_is_wrong():
    def of_world(changes: dict[str, int], reused: int = 2) -> CampaignAccounts:
        counted = accounts_with({"id_reused": 2} | changes, verdict="differences")
        return counted.of_world(ids=100, must_be_flagged=8, reused=reused)

    assert of_world({}).balanced
    assert not of_world({}, reused=3).balanced
    assert not of_world({}, reused=0).balanced
    assert not of_world({"verdict_differs": 1}).balanced
    assert not accounts_with({"id_reused": 2}, verdict="differences").balanced
