"""The truth about the verdicts of a window, by outcomes of its events and the decision of its case."""

from typing import Any

import pytest

from fraud.reanalysis.labelling import PARTS, labels_of, part_of
from fraud.verdicts import Verdict
from tests.fraud.builders import WINDOW_ENDING_1010


def verdict(event_id: str, **event: Any) -> Verdict:
    return Verdict(
        event_id=event_id,
        store_id=3,
        window_start=WINDOW_ENDING_1010.start,
        window_end=WINDOW_ENDING_1010.end,
        score=50,
        band="high",
        reasons=(),
        rule_set="seed@1",
        run_id=None,
        event={"id": event_id, **event},
    )


A, B = verdict("a"), verdict("b")


@pytest.mark.parametrize(
    ("verdicts", "decision", "fates", "labels", "with_rest"),
    [
        ([A, B], None, {}, [None, None], [False, False]),
        ([A, B], None, {"a": "fraud"}, [True, None], [True, False]),
        ([A, B], None, {"a": "chargeback", "b": "legitimate"}, [True, False], [True, False]),
        ([A, A, B], None, {"a": "fraud"}, [True, True, None], [True, True, False]),
        ([A, B], "dismissed", {}, [False, False], [False, False]),
        ([A, B], "dismissed", {"a": "chargeback"}, [True, False], [True, False]),
        ([A], "confirmed", {}, [True], [True]),
        ([A], "confirmed", {"a": "legitimate"}, [False], [False]),
        ([A, B], "confirmed", {}, [None, None], [None, None]),
        ([A, B], "confirmed", {"b": "legitimate"}, [None, False], [None, False]),
    ],
)
def test_an_outcome_counts_before_a_decision_and_a_confirmed_case_tells_only_of_its_single_verdict(
    verdicts: list[Verdict], decision: str | None, fates: Any, labels: list[Any], with_rest: list[Any]
):
    assert labels_of(verdicts, decision, fates) == labels
    assert labels_of(verdicts, decision, fates, rest_is_innocent=True) == with_rest


def test_sales_of_a_customer_are_in_one_part_and_customers_in_all():
    assert part_of(verdict("a", cust_id=7)) == part_of(verdict("b", cust_id=7)) == part_of(verdict("c", cust_id=7.0))
    assert {part_of(verdict("a", cust_id=number)) for number in range(50)} == {*range(PARTS)}
    assert {part_of(verdict(f"id-{number}")) for number in range(50)} == {*range(PARTS)}
    assert part_of(verdict("\ud800")) == part_of(verdict("\ud800"))
