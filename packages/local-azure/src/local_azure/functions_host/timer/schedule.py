"""The times of a timer function: by NCRONTAB, or at a constant TimeSpan from its last run."""

from datetime import UTC, datetime, timedelta

import msgspec

from local_azure.functions_host.timer.ncrontab import Ncrontab
from local_azure.functions_host.timespan import is_days_first, parse_timespan

_MONITORED_INTERVAL = timedelta(minutes=1)
_LATEST = datetime.max.replace(tzinfo=UTC)


class Schedule(msgspec.Struct, frozen=True):
    """One of both: an expression, or an interval. `warnings` say what is read otherwise than it looks."""

    cron: Ncrontab | None
    interval: timedelta | None
    warnings: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """`0 */5 * * * *` or `00:05:00`. Raises ValueError saying what is wrong."""
        if ":" not in text:
            cron = Ncrontab(text)
            if cron.next_after(datetime.now(UTC)) is None:
                raise ValueError(f"{text!r} never occurs")
            return cls(cron, None, tuple(f"{swap}: its bounds are swapped, as on Azure" for swap in cron.swapped))
        interval = timedelta(seconds=min(parse_timespan(text), timedelta.max.total_seconds()))
        if interval <= timedelta(0):
            raise ValueError(f"the interval {text} must be above 0")
        days_first = (f"{text} is read as days, hours and minutes, as by .NET",) if is_days_first(text) else ()
        return cls(None, interval, days_first)

    def next_after(self, moment: datetime) -> datetime:
        """The first run after a moment; the end of the calendar if it lies beyond."""
        if self.interval is not None:
            return moment + self.interval if self.interval < _LATEST - moment else _LATEST
        assert self.cron is not None  # noqa: S101 - one of both, by construction
        return self.cron.next_after(moment) or _LATEST

    def is_worth_monitoring(self, moment: datetime) -> bool:
        """True if runs are at least a minute apart; Azure does not monitor schedules that are more frequent."""
        if self.interval is not None:
            return self.interval >= _MONITORED_INTERVAL
        first = self.next_after(moment)
        return self.next_after(first) - first >= _MONITORED_INTERVAL
