"""The values of a plan: lengths of time as a person writes them, rates and shares."""

import re
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
DURATION_PATTERN = r"\A[0-9]{1,6}(\.[0-9]{1,3})?(ms|s|m|h)\Z"
_DURATION = re.compile(r"(?P<count>[0-9.]+)(?P<unit>[a-z]+)")

Duration = Annotated[str, Meta(pattern=DURATION_PATTERN, description="a length of time such as 500ms, 30s, 5m or 1h")]
Rate = Annotated[float, Meta(ge=0, le=100_000, description="events per second")]
Share = Annotated[float, Meta(ge=0, le=1, description="a share of the events, 0 to 1")]


@lru_cache(1024)
def seconds_of(duration: Duration) -> float:
    """The seconds of a duration that was validated."""
    match = _DURATION.fullmatch(duration)
    assert match  # noqa: S101 - its pattern was held when it was read
    return round(float(match["count"]) * _UNITS[match["unit"]], 3)
