"""Instances of orchestrations as the API tells them."""

from datetime import datetime
from typing import Any

import msgspec


class WorkflowRow(msgspec.Struct, frozen=True, kw_only=True):
    """An instance of an orchestration."""

    id: str
    name: str | None
    status: str
    created: datetime
    updated: datetime
    custom_status: Any = None


class WorkflowStep(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a history; `seconds` is the time from its schedule to its end."""

    kind: str
    name: str
    at: datetime | None
    seconds: float | None
    failed: bool


class WorkflowDetails(WorkflowRow, frozen=True, kw_only=True):
    """An instance with its input, its output and its history."""

    input: Any = None
    output: Any = None
    history: tuple[WorkflowStep, ...] = ()
