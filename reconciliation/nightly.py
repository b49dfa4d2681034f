"""The range of a night's run: from where the last one ended."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from fraud.watching.checks import Night
from fraud.windows import WINDOW, window_of
from reconciliation.comparing.classes import FAULT_HEADLINES
from reconciliation.messages import Outcome
from reconciliation.ranges import GIVEN_UP_AFTER, MAX_RANGE, Range

FIRST_RANGE = timedelta(days=1)
"""The time before the first run that it covers."""

MOST_PROFILED_DAYS = 7
"""Days that a night builds profiles of, at most; also those of the past that the first night looks back to."""


class NightlyTask(msgspec.Struct, frozen=True):
    """The input of the activity that reads the watermark: now, by the orchestration's clock."""

    now: datetime


class Watermark(msgspec.Struct, frozen=True):
    """The moment up to which a night's run has reconciled everything; the end of a window."""

    until: datetime


class ProfilesTask(msgspec.Struct, frozen=True):
    """The input of the activity that builds profiles: up to when the archive is complete."""

    until: datetime

    @property
    def last_whole_day(self) -> date:
        """The last day whose windows have all ended by then."""
        return self.until.astimezone(UTC).date() - timedelta(days=1)


class ProfilesBuilt(msgspec.Struct, frozen=True):
    """The day whose profiles were built, None if there was none to build, and if another one is left.

    `to_sweep` are the days of which the sweep has sales to look up.
    """

    day: date | None
    is_behind: bool
    to_sweep: tuple[date, ...] = ()


def first_profile_day(last: date) -> date:
    """The day that profiles begin with, if no day before another one has any."""
    return last - timedelta(days=MOST_PROFILED_DAYS - 1)


def first_watermark(now: datetime) -> Watermark:
    """The moment at which the first run begins."""
    return Watermark(window_of(now - FIRST_RANGE).start)


def moved(span: Range, compared_until: datetime, now: datetime) -> Watermark:
    """The start of the next run, where this one's comparison ended, because Capture may still write what was missing.

    Once it will not, the rest stays `incomplete` in this run's report, and the next run goes on behind it.
    """
    return Watermark(span.end if now - span.end > GIVEN_UP_AFTER else compared_until)


def next_range(watermark: Watermark, now: datetime) -> Range | None:
    """From the watermark to the last window that has ended, at most MAX_RANGE; None if none has ended since."""
    end = min(window_of(now + timedelta(microseconds=1)).end - WINDOW, watermark.until + MAX_RANGE)
    return Range(watermark.until, end) if end > watermark.until else None


def night_of(outcome: Outcome, now: datetime) -> Night:
    """A night as the watch remembers it: its verdict, and how many differences weigh."""
    faults = sum(getattr(outcome.accounts, headline.name) for headline in FAULT_HEADLINES)
    return Night(ended=now, run=outcome.id, verdict=outcome.verdict, faults=faults)
