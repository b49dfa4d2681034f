"""The health of the app: whether each service answers, and whether the pipeline moves."""

from typing import Literal

import msgspec

from fraud.watching.checks import Check


class DependencyHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """The health of a service: whether it answered, and after how many milliseconds."""

    status: Literal["ok", "failed"]
    latency_ms: float
    detail: str | None = None


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every dependency by the name of its connection, and every check of the pipeline.

    `failed`: a service does not answer, or something of the pipeline stands; `degraded`: a check is not ok.
    `problem` says why the pipeline could not be looked at. Whoever has no key is told the status alone.
    """

    status: Literal["ok", "degraded", "failed"]
    dependencies: dict[str, DependencyHealth] = {}
    pipeline: list[Check] = []
    problem: str | None = None
