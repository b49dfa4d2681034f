"""The position at which a reader starts: the selector filter of its link, as the SDKs write it.

amqp.annotation.x-opt-offset > '4096'          amqp.annotation.x-opt-sequence-number >= '7'
amqp.annotation.x-opt-enqueued-time > '1700000000000'          ... x-opt-offset > '@latest' or '-1'
"""

import re
from enum import Enum
from typing import Any, NamedTuple

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.outgoing_link import SELECTOR

_SELECTOR = re.compile(
    r"\s*amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)\s*(>=|>)\s*'?(@latest|-?\d{1,19})'?\s*"
)


class Field(Enum):
    """The unit that a position counts in. The value is the column of the log."""

    OFFSET = "offset"
    SEQUENCE = "sequence"
    TIME = "time"


class Position(NamedTuple):
    """The first event with a field above `value`, or equal to it if `inclusive`. Times are in ms since 1970."""

    field: Field
    value: int
    inclusive: bool


BEGINNING = Position(Field.OFFSET, -1, inclusive=False)
LATEST = None
_FIELDS = {"offset": Field.OFFSET, "sequence-number": Field.SEQUENCE, "enqueued-time": Field.TIME}


def position_of(filters: dict[str, Any]) -> Position | None:
    """The position that a link's filters ask for, `LATEST` for the end of the log.

    Without a filter a reader starts at the beginning. Raises AmqpError for a filter that is not understood.
    """
    unknown = [name for name in filters if name != SELECTOR]
    if unknown:
        raise AmqpError(Condition.NOT_IMPLEMENTED, f"the filter {unknown[0]!r} is not supported")
    selector = filters.get(SELECTOR)
    if selector is None:
        return BEGINNING
    text = selector.decode(errors="replace") if isinstance(selector, bytes) else str(selector)
    match = _SELECTOR.fullmatch(text)
    if match is None:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"the selector {text[:200]!r} is not understood")
    name, operator, value = match.groups()
    if value == "@latest":
        return LATEST
    return Position(_FIELDS[name], int(value), operator == ">=")
