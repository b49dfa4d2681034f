"""A rule over the weeks, as bars."""

import msgspec

from fraud.desk.labels import Figures, RuleHits, RuleWeek
from function_app.desk.pictures.weeks import BAR, FEW, FLOOR, HEIGHT, over_time, weeks_before
from function_app.desk.rendering import render
from tests.fraud.desk.cases import NOON

WEEKS = weeks_before(NOON)
LABELS = RuleWeek(rule="R1", week=WEEKS[-1], confirmed=8, dismissed=4, fraud=4, legitimate=0, precision=0.75)
ONE = RuleWeek(rule="R1", week=WEEKS[-1], confirmed=1, dismissed=0, fraud=0, legitimate=0, precision=1)


def test_the_last_of_twelve_weeks_is_this_one_across_the_turn_of_the_year():
    assert (WEEKS[0], WEEKS[-2], WEEKS[-1], len(WEEKS)) == ("2025-W42", "2025-W52", "2026-W01", 12)


def test_bars_are_as_high_as_their_hits_and_as_coloured_as_their_labels():
    hits = [RuleHits("R1", WEEKS[0], 50), RuleHits("R1", WEEKS[-1], 100), RuleHits("R2", WEEKS[-1], 900)]
    rule = over_time("R1", WEEKS, hits, [LABELS])

    first, last = rule.weeks[0], rule.weeks[-1]
    assert (first.height, last.height) == (FLOOR // 2, FLOOR)
    assert (last.right, last.wrong) == (FLOOR * 3 // 4, FLOOR - FLOOR * 3 // 4)
    assert (first.right, first.wrong) == (0, 0)
    assert (rule.hits, rule.right, rule.wrong, rule.precision) == (150, 12, 4, 0.75)
    assert last.title == "2026-W01: 100 hits, 12 right and 4 wrong"


def test_a_rule_without_hits_has_no_bars_and_no_precision():
    rule = over_time("R3", WEEKS, [], [LABELS])

    assert {week.height for week in rule.weeks} == {0}
    assert rule.precision is None


def test_a_week_with_labels_and_no_hits_is_seen():
    assert over_time("R1", WEEKS, [], [LABELS]).weeks[-1].height > 0


def test_one_confirmed_case_colours_no_bar_and_makes_no_hundred_percent():
    rule = over_time("R1", WEEKS, [RuleHits("R1", WEEKS[-1], 36)], [ONE])

    last = rule.weeks[-1]
    assert (last.height, last.right, last.wrong) == (FLOOR, 0, 0)
    assert last.title == "2026-W01: 36 hits, 1 right and 0 wrong"
    assert (rule.right, rule.precision) == (1, None)


def test_twenty_chargebacks_make_no_hundred_percent_if_no_label_is_innocent():
    label = msgspec.structs.replace(ONE, confirmed=0, fraud=20, precision=None)
    rule = over_time("R1", WEEKS, [RuleHits("R1", WEEKS[-1], 36)], [label])

    assert (rule.right, rule.wrong, rule.precision) == (20, 0, None)
    assert (rule.weeks[-1].right, rule.weeks[-1].wrong) == (0, 0)


def test_the_page_says_of_a_rule_that_takes_points_away_that_it_speaks_for_the_sale():
    label = RuleWeek(
        rule="R1", week=WEEKS[-1], speaks="for", confirmed=9, dismissed=2, fraud=1, legitimate=0, precision=0.1667
    )
    rule = over_time("R1", WEEKS, [RuleHits("R1", WEEKS[-1], 36)], [label], "for")
    figures = Figures(cases=11, outcomes=1, fraud=10, innocent=2, missed=0, complete=True, rules=(label,))
    text = render(
        "rule_weeks.html", rules=[rule], width=1, height=HEIGHT, bar=BAR, figures=figures, few=FEW, complete=True
    )

    assert (rule.right, rule.wrong) == (2, 10)
    assert rule.weeks[-1].title == "2026-W01: 36 hits, 2 right and 10 wrong"
    assert "for the sale</span></th>" in text
    assert "17%" in text


def test_the_page_says_which_verdicts_are_hits_and_gives_few_labels_as_numbers():
    rule = over_time("R1", WEEKS, [RuleHits("R1", WEEKS[-1], 36)], [ONE])
    figures = Figures(cases=1, outcomes=0, fraud=1, innocent=0, missed=1, complete=True, rules=(ONE,))
    text = render(
        "rule_weeks.html", rules=[rule], width=1, height=HEIGHT, bar=BAR, figures=figures, few=FEW, complete=True
    )

    assert "1 decided case," in text
    assert "1 event</b> was fraud" in text
    assert "verdicts of the band low are not counted here" in text
    assert "1 of 1" in text
    assert "100%" not in text
    assert "None of these labels is innocent, so no rule could be wrong" in text
