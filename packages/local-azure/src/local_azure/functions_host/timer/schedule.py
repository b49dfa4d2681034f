"""When a timer function runs: by NCRONTAB, or at a constant TimeSpan from its last run."""

from datetime import UTC, datetime, timedelta

import msgspec

from local_azure.functions_host.timer.ncrontab import Ncrontab
from local_azure.functions_host.timespan import parse_timespan

_MONITORED_INTERVAL = timedelta(minutes=1)


class Schedule(msgspec.Struct, frozen=True):
    """One of both: an expression, or an interval in seconds."""

    cron: Ncrontab | None
    interval: timedelta | None

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """`0 */5 * * * *` or `00:05:00`. Raises ValueError saying what is wrong."""
        if ":" not in text:
            cron = Ncrontab(text)
            if cron.next_after(datetime.now(UTC)) is None:
                raise ValueError(f"{text!r} never occurs")
            return cls(cron, None)
        interval = timedelta(seconds=parse_timespan(text))
        if interval <= timedelta(0):
            raise ValueError(f"the interval {text} must be above 0")
        return cls(None, interval)

    def next_after(self, moment: datetime) -> datetime:
        """The first run after a moment."""
        if self.interval is not None:
            return moment + self.interval
        assert self.cron is not None  # noqa: S101 - one of both, by construction
        return self.cron.next_after(moment) or datetime.max.replace(tzinfo=UTC)

    def is_worth_monitoring(self, moment: datetime) -> bool:
        """Whether runs are at least a minute apart; Azure does not monitor schedules that are more frequent."""
        first = self.next_after(moment)
        return self.next_after(first) - first >= _MONITORED_INTERVAL
