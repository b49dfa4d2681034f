"""A rule over the weeks, as bars."""

from fraud.desk.labels import RuleHits, RuleWeek
from function_app.desk.pictures.weeks import FLOOR, over_time, weeks_before
from tests.fraud.desk.cases import NOON

WEEKS = weeks_before(NOON)
LABELS = RuleWeek(rule="R1", week=WEEKS[-1], confirmed=2, dismissed=1, fraud=1, legitimate=0, precision=0.75)


def test_the_last_of_twelve_weeks_is_this_one_across_the_turn_of_the_year():
    assert (WEEKS[0], WEEKS[-2], WEEKS[-1], len(WEEKS)) == ("2025-W42", "2025-W52", "2026-W01", 12)


def test_bars_are_as_high_as_their_hits_and_as_coloured_as_their_labels():
    hits = [RuleHits("R1", WEEKS[0], 50), RuleHits("R1", WEEKS[-1], 100), RuleHits("R2", WEEKS[-1], 900)]
    rule = over_time("R1", WEEKS, hits, [LABELS])

    first, last = rule.weeks[0], rule.weeks[-1]
    assert (first.height, last.height) == (FLOOR // 2, FLOOR)
    assert (last.right, last.wrong) == (FLOOR * 3 // 4, FLOOR - FLOOR * 3 // 4)
    assert (first.right, first.wrong) == (0, 0)
    assert (rule.hits, rule.right, rule.wrong, rule.precision) == (150, 3, 1, 0.75)
    assert last.title == "2026-W01: 100 hits, 3 right and 1 wrong"


def test_a_rule_without_hits_has_no_bars_and_no_precision():
    rule = over_time("R3", WEEKS, [], [LABELS])

    assert {week.height for week in rule.weeks} == {0}
    assert rule.precision is None


def test_a_week_with_labels_and_no_hits_is_seen():
    assert over_time("R1", WEEKS, [], [LABELS]).weeks[-1].height > 0
