"""The days of reconciliations as a calendar."""

from datetime import UTC, date, datetime, timedelta

from activities.desk.reports import ReportSeen
from function_app.desk.pictures.calendar import Day, calendar

NOW = datetime(2026, 3, 4, 10, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def report(start: float, end: float, verdict: str = "balanced") -> ReportSeen:
    """A report from one hour to another of the third of March."""
    return ReportSeen(f"run-{start}-{end}", MIDNIGHT + start * HOUR, MIDNIGHT + end * HOUR, verdict, "")


def third(*reports: ReportSeen) -> Day:
    days = [day for week in calendar(reports, NOW) for day in week]
    return next(day for day in days if day.day == date(2026, 3, 3))


def test_a_day_of_which_half_an_hour_was_reconciled_is_not_balanced_as_a_whole():
    day = third(report(10, 10.5))

    assert (day.verdict, day.is_partly_good, day.covered) == ("balanced", True, HOUR / 2)


def test_reports_that_cover_a_day_together_make_it_whole_and_what_overlaps_counts_once():
    assert not third(report(0, 12), report(12, 24)).is_partly_good
    assert third(report(0, 12), report(6, 14)).covered == 14 * HOUR
    assert third(report(0, 12), report(13, 24)).is_partly_good


def test_a_report_over_several_days_is_of_each_of_them_and_one_to_midnight_of_the_day_before():
    weeks = calendar([report(-24, 48)], NOW)
    seen = [day.day.day for week in weeks for day in week if day.run]

    assert seen == [2, 3, 4]
    assert third(report(24, 30)).run == ""


def test_a_day_is_as_bad_as_the_worst_of_its_reports():
    day = third(report(0, 24), report(5, 6, "differences"))

    assert (day.verdict, day.run, day.count, day.is_partly_good) == ("differences", "run-5-6", 2, False)


def test_the_first_day_and_the_first_of_a_month_say_which_month_it_is():
    days = [day for week in calendar([report(-48, -24)], NOW) for day in week]

    assert [day.day for day in days if day.names_month] == [date(2026, 2, 2), date(2026, 3, 1)]
    assert (len(days), days[-1].day) == (35, date(2026, 3, 8))
