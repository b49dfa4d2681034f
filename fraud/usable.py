"""The fields of an event that are not those of a store event: rules are asked about the others."""

from typing import Any

import msgspec

from fraud.archive import RESERVED
from fraud.events import StoreEvent

_FIELDS = msgspec.structs.fields(StoreEvent)
_MAX_PROBLEM = 200
"""Characters of a problem: it may quote what a producer sent."""


def problems_of(event: dict[str, Any]) -> tuple[str, ...]:
    """The problems of an event's fields: of another type, missing, or reserved by the archive. Never raises."""
    reserved = RESERVED & event.keys()
    if not reserved and _is_store_event(event):
        return ()
    problems: list[str] = []
    for field in _FIELDS:
        if field.name not in event:
            if field.required:
                problems.append(f"{field.name}: missing")
            continue
        try:
            msgspec.convert(event[field.name], field.type)
        except msgspec.ValidationError as error:
            problems.append(f"{field.name}: {error}"[:_MAX_PROBLEM])
    problems += [f"{name}: the archive reserves this field" for name in sorted(reserved)]
    return tuple(problems)


def _is_store_event(event: dict[str, Any]) -> bool:
    try:
        msgspec.convert(event, StoreEvent)
    except msgspec.ValidationError:
        return False
    return True
