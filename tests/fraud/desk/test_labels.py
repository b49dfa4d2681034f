from datetime import UTC, datetime

import msgspec
import pytest

from fraud.desk.changes import decided, reopened
from fraud.desk.labels import (
    DecidedCase,
    HitsCase,
    KnownOutcome,
    LabelRow,
    Stance,
    figures_of,
    first_of_weeks,
    hits_of,
    side_of,
)
from fraud.desk.outcomes import Fate, OutcomeVerdict
from fraud.stakes import Stakes
from tests.fraud.desk.cases import ANA, NOON, a_case


def test_a_rule_is_as_precise_as_the_share_of_its_cases_that_was_confirmed():
    cases = [
        DecidedCase(NOON, "confirmed", {"R1": 3, "R2": 1}),
        DecidedCase(NOON, "dismissed", {"R1": 1}),
        DecidedCase(NOON.replace(month=2), "dismissed", {"R1": 1}),
    ]

    figures = figures_of(cases, most=10)

    assert [(row.rule, row.week, row.confirmed, row.dismissed, row.precision) for row in figures.rules] == [
        ("R1", "2026-W01", 1, 1, 0.5),
        ("R1", "2026-W06", 0, 1, 0.0),
        ("R2", "2026-W01", 1, 0, 1.0),
    ]
    assert (figures.cases, figures.complete) == (3, True)


def test_a_decision_is_a_label_of_the_rules_that_had_spoken_then_although_the_case_was_judged_again():
    stakes = Stakes(at_stake=900, rules={"R1": 2})
    case = msgspec.structs.replace(a_case(), stakes=stakes)
    case = msgspec.structs.replace(case, review=decided(case, ANA, NOON, "confirmed", "a ring").review)
    again = msgspec.structs.replace(case, stakes=Stakes(at_stake=5, rules={"R2": 1}))
    earlier = msgspec.structs.replace(again, review=msgspec.structs.replace(again.review, decided_on=None))

    assert (LabelRow.of(again).rules, LabelRow.of(again).at_stake) == ({"R1": 2}, 900)
    assert LabelRow.of(earlier).rules == {"R2": 1}, "an earlier version did not keep them"
    assert reopened(again, ANA, NOON, "a mistake").review.decided_on is None


def test_what_was_decided_on_unknown_stakes_is_labelled_once_they_are_known():
    case = msgspec.structs.replace(a_case(), stakes_known=False)
    case = msgspec.structs.replace(case, review=decided(case, ANA, NOON, "confirmed", "a ring").review)

    assert LabelRow.of(msgspec.structs.replace(case, stakes=Stakes(rules={"R1": 1}))).rules == {"R1": 1}


def test_figures_count_the_rules_that_were_kept():
    cases = [DecidedCase(NOON, "confirmed", {"R1": 1}, {"R2": 1}), DecidedCase(NOON, "dismissed", {"R1": 1}, {})]

    assert [(row.rule, row.confirmed, row.dismissed) for row in figures_of(cases, most=10).rules] == [("R2", 1, 0)]


def test_a_rule_that_speaks_for_a_sale_is_right_where_it_was_innocent():
    cases = [DecidedCase(NOON, "confirmed", dict.fromkeys(("R1", "AS_USUAL", "NOTE"), 1))] * 3
    cases.append(DecidedCase(NOON, "dismissed", {"R1": 1, "AS_USUAL": 1}))
    outcomes = [known("legitimate", "AS_USUAL"), known("chargeback", "AS_USUAL")]
    sides: dict[str, Stance] = {"AS_USUAL": "for", "NOTE": "neither"}

    as_usual, note, accuser = figures_of(cases, outcomes, most=10, sides=sides).rules

    assert (as_usual.speaks, as_usual.right, as_usual.wrong, as_usual.precision) == ("for", 2, 4, 0.3333)
    assert (as_usual.confirmed, as_usual.dismissed, as_usual.fraud, as_usual.legitimate) == (3, 1, 1, 1)
    assert (accuser.speaks, accuser.right, accuser.wrong, accuser.precision) == ("against", 3, 1, 0.75)
    assert (note.speaks, note.right, note.wrong, note.precision, note.confirmed) == ("neither", 0, 0, None, 3)


def test_a_rule_that_no_label_could_have_contradicted_has_no_precision():
    sides: dict[str, Stance] = {"AS_USUAL": "for"}
    frauds = [known("chargeback", "R1", "AS_USUAL")] * 3

    of_fraud, of_both = (
        figures_of([], frauds, most=10, sides=sides),
        figures_of([DecidedCase(NOON, "dismissed", {"R2": 1})], frauds, most=10, sides=sides),
    )

    assert (of_fraud.fraud, of_fraud.innocent, of_both.fraud, of_both.innocent) == (3, 0, 3, 1)
    assert [(row.rule, row.precision) for row in of_fraud.rules] == [("AS_USUAL", 0.0), ("R1", None)]
    assert [(row.rule, row.precision) for row in of_both.rules] == [("AS_USUAL", 0.0), ("R1", 1.0), ("R2", 0.0)]


def test_a_rule_is_on_the_side_of_its_weights():
    assert (side_of([-2, 5]), side_of([-5, -14]), side_of([0]), side_of([])) == ("against", "for", "neither", "neither")


def test_weeks_are_counted_from_the_monday_of_the_first_one():
    monday = datetime(2025, 10, 13, tzinfo=UTC)

    assert first_of_weeks(datetime(2025, 12, 29, tzinfo=UTC)) == monday
    assert first_of_weeks(datetime(2026, 1, 4, 23, 59, 59, tzinfo=UTC)) == monday


def test_figures_that_are_cut_say_so():
    assert not figures_of([DecidedCase(NOON, "confirmed")], most=1).complete


def known(outcome: Fate, *rules: str) -> KnownOutcome:
    return KnownOutcome(outcome, OutcomeVerdict(window_end=NOON, band="high" if rules else "low", rules=rules))


def test_an_outcome_is_a_label_of_each_rule_that_had_spoken_of_its_event():
    outcomes = [known("chargeback", "R1"), known("fraud", "R1", "R2"), known("legitimate", "R1"), known("fraud")]

    figures = figures_of([DecidedCase(NOON, "confirmed", {"R1": 3})], outcomes, most=10)

    assert [(row.rule, row.confirmed, row.fraud, row.legitimate, row.precision) for row in figures.rules] == [
        ("R1", 1, 2, 1, 0.75),
        ("R2", 0, 1, 0, 1.0),
    ]
    assert (figures.cases, figures.outcomes, figures.missed) == (1, 4, 1)


@pytest.mark.parametrize("most", [1, 2])
def test_outcomes_that_are_cut_say_so(most: int):
    assert figures_of([], [known("fraud")], most=most).complete == (most > 1)


def test_hits_are_verdicts_by_rule_and_week():
    cases = [HitsCase(NOON, {"R1": 3, "R2": 1}), HitsCase(NOON, {"R1": 2}), HitsCase(NOON.replace(month=2), {"R1": 1})]

    hits = hits_of(cases, most=10)

    assert [(row.rule, row.week, row.verdicts) for row in hits.rules] == [
        ("R1", "2026-W01", 5),
        ("R1", "2026-W06", 1),
        ("R2", "2026-W01", 1),
    ]
    assert hits.complete
    assert not hits_of(cases, most=3).complete
