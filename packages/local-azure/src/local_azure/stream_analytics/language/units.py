"""Time units of the language in ticks. A tick is 100 ns, as in .NET and in Stream Analytics' own timestamps."""

from local_azure.stream_analytics.language.position import unsupported
from local_azure.stream_analytics.language.tokens import Token

TICKS_PER_MICROSECOND = 10
TICKS_PER_MILLISECOND = 10_000
TICKS_PER_SECOND = 10_000_000
TICKS_PER_MINUTE = 60 * TICKS_PER_SECOND
TICKS_PER_HOUR = 60 * TICKS_PER_MINUTE
TICKS_PER_DAY = 24 * TICKS_PER_HOUR

_NAMES = {
    TICKS_PER_DAY: ("day", "dd", "d"),
    TICKS_PER_HOUR: ("hour", "hh"),
    TICKS_PER_MINUTE: ("minute", "mi", "n"),
    TICKS_PER_SECOND: ("second", "ss", "s"),
    TICKS_PER_MILLISECOND: ("millisecond", "ms"),
    TICKS_PER_MICROSECOND: ("microsecond", "mcs"),
}
UNITS = {name: ticks for ticks, names in _NAMES.items() for name in names}


def unit_ticks(token: Token) -> int:
    """The ticks of a unit's name or abbreviation. Years and months have no fixed length and are refused."""
    ticks = UNITS.get(token.text.lower())
    if ticks is None:
        raise unsupported(f"the time unit {token.text!r}", token.position, "day to microsecond are")
    return ticks
