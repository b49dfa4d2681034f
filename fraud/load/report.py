"""The report of a campaign: what it sent, what became of it, how fast, and whether its assertions hold."""

from datetime import datetime
from typing import Any

import msgspec

from fraud.load.assertions import Assertions
from fraud.load.costs import Cost
from fraud.load.latencies import Latencies, Quantiles
from fraud.load.values import seconds_of

SCHEMA_VERSION = 1


class DifferenceCount(msgspec.Struct, frozen=True):
    """A class of differences that the reconciliation has found, with some of its ids."""

    name: str
    count: int
    ids: list[str]


class AssertionCheck(msgspec.Struct, frozen=True, kw_only=True):
    """An assertion: its bound, and the value that was measured; None if nothing could be measured."""

    name: str
    bound: float
    value: float | None
    unit: str
    at_least: bool
    holds: bool

    @property
    def sentence(self) -> str:
        """The check in words: `loss is 3, must be at most 0`."""
        value = "not measured" if self.value is None else f"{self.value:,g}{self.unit}"
        return f"{self.name} is {value}, must be at {'least' if self.at_least else 'most'} {self.bound:,g}{self.unit}"


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """Events that were sent. `accepted` by the hub, `retried` may be there twice, `due` by the plan until its end."""

    planned: int
    due: int
    accepted: int
    retried: int
    throttled: int
    most_behind_seconds: float
    totals: dict[str, float]


class CampaignOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of the events, by the reconciliation of the campaign's time. Counts ids.

    - lost: sent and not captured, captured and not archived, or missing sequence numbers
    - doubled: judged twice, or in two windows or stores
    - resent: arrivals of an event that was there already, as it was
    - caught of must_be_flagged, correct of judged: by the campaign itself; None if it was too large to be made again
    """

    captured: int
    archived: int
    quarantined: int
    expected: int
    flagged: int
    analysed: int
    lost: int
    doubled: int
    resent: int
    unresolved: int
    must_be_flagged: int | None = None
    caught: int | None = None
    judged: int | None = None
    correct: int | None = None
    differences: list[DifferenceCount] = []
    reconciliation: str = ""
    verdict: str = ""
    sentence: str = ""

    @property
    def recall(self) -> float | None:
        """Caught of those that must be flagged."""
        return self.caught / self.must_be_flagged if self.must_be_flagged and self.caught is not None else None

    @property
    def precision(self) -> float | None:
        """Correct of the judged."""
        return self.correct / self.judged if self.judged and self.correct is not None else None


class IdVerdict(msgspec.Struct, frozen=True):
    """The verdict on an id: of several contents, the one with the highest score."""

    event_id: str
    score: int
    band: str


class FraudFound(msgspec.Struct, frozen=True, kw_only=True):
    """Labelled fraud by ids: what the stream job flags of it and what not; what was alarmed, and the fraud in that."""

    fraud: int
    not_flagged: int
    alarmed: int
    caught: int

    @property
    def recall(self) -> float | None:
        """Caught of the fraud that is flagged."""
        return self.caught / self.fraud if self.fraud else None

    @property
    def precision(self) -> float | None:
        """Fraud of the alarmed."""
        return self.caught / self.alarmed if self.alarmed else None


class CampaignReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a campaign proves.

    `balanced` is True if nothing is out of balance but what the campaign does on purpose, such as using an id again;
    `held` if each assertion holds too.
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    about: str
    seed: int
    phase: str
    started: datetime
    ended: datetime
    sending: Sending
    outcome: CampaignOutcome
    latencies: Latencies
    checks: list[AssertionCheck]
    balanced: bool
    held: bool
    fraud: FraudFound | None = None
    cost: Cost | None = None


def checks_of(
    asserts: Assertions,
    sending: Sending,
    outcome: CampaignOutcome,
    latencies: Latencies,
    fraud: FraudFound | None = None,
) -> list[AssertionCheck]:
    """Each assertion that a plan makes, held against what was measured. What was not measured does not hold."""
    measured: dict[str, float | None] = {
        "loss": outcome.lost,
        "doubles": outcome.doubled,
        "unresolved": outcome.unresolved,
        "rate": sending.accepted / sending.planned if sending.planned else None,
        "behind": sending.most_behind_seconds,
        "recall": outcome.recall,
        "precision": outcome.precision,
        "fraud_recall": fraud.recall if fraud else None,
        "fraud_precision": fraud.precision if fraud else None,
        **_quantiles("send_to_archive", latencies.send_to_archive),
        **_quantiles("send_to_window", latencies.send_to_window),
        **_quantiles("window_to_verdict", latencies.window_to_verdict),
    }
    bounds: dict[str, Any] = msgspec.to_builtins(asserts)
    return [_check(name, bound, measured.get(name)) for name, bound in bounds.items()]


def _quantiles(name: str, quantiles: Quantiles | None) -> dict[str, float | None]:
    return {f"{share}_{name}": getattr(quantiles, share, None) for share in ("p50", "p95", "p99", "max")}


def _check(name: str, bound: str | float, value: float | None) -> AssertionCheck:
    unit = "s" if isinstance(bound, str) else ""
    limit = seconds_of(bound) if isinstance(bound, str) else float(bound)
    at_least = name == "rate" or name.endswith(("recall", "precision"))
    holds = value is not None and (value >= limit if at_least else value <= limit)
    return AssertionCheck(name=name, bound=limit, value=value, unit=unit, at_least=at_least, holds=holds)
