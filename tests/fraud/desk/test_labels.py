from fraud.desk.labels import DecidedCase, figures_of
from tests.fraud.desk.cases import NOON


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


def test_figures_that_are_cut_say_so():
    assert not figures_of([DecidedCase(NOON, "confirmed")], most=1).complete
