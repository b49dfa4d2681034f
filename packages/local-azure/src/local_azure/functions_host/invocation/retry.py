"""Retry policies of functions (`@app.retry`): fixed delay and exponential back-off.

Delays pass in real time: they wait for real processes to recover. Source: "Azure Functions error handling and
retries"; the jitter of .NET's back-off is left out, so that a run can be repeated.
"""

import msgspec

from local_azure.functions_host.timespan import parse_timespan

FOREVER = -1


class RetryPolicy(msgspec.Struct, frozen=True):
    """The number of retries of a failed invocation and the time between them; `max_retries` -1 is for ever."""

    max_retries: int
    minimum_seconds: float
    maximum_seconds: float

    @classmethod
    def parse(cls, settings: dict[str, str]) -> "RetryPolicy":
        """From the decorator's texts. Raises ValueError naming what is wrong."""
        retries = int(settings["max_retry_count"])
        if retries < FOREVER:
            raise ValueError("max_retry_count must be -1 (for ever) or more")
        if (strategy := settings["strategy"]) == "fixed_delay":
            delay = parse_timespan(settings.get("delay_interval") or "")
            return cls(retries, delay, delay)
        if strategy == "exponential_backoff":
            minimum = parse_timespan(settings.get("minimum_interval") or "")
            maximum = parse_timespan(settings.get("maximum_interval") or "")
            if minimum > maximum:
                raise ValueError("minimum_interval is longer than maximum_interval")
            return cls(retries, minimum, maximum)
        raise ValueError(f"unknown strategy {strategy!r}: use fixed_delay or exponential_backoff")

    def allows(self, retry: int) -> bool:
        """True if the retry of this number, counted from 1, is still to be made."""
        return self.max_retries == FOREVER or retry <= self.max_retries

    def delay(self, retry: int) -> float:
        """Seconds to wait before the retry of this number, counted from 1: doubled each time, up to the maximum."""
        return min(self.maximum_seconds, self.minimum_seconds * 2 ** min(retry - 1, 30))
