"""The nightly sweep: the most suspicious sales of a day among those that the stream job did not flag. Pure.

Its query looks at two fields only. While a night reads a day for its profiles, it remembers the sales; each that was
not flagged is judged roughly: by the profiles of the days before, and by its customer's day. The best of them are
looked up and judged like flagged ones (`activities/sweep_day.py`); each that is then medium or high becomes a case of
its own kind.
"""

import heapq
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zlib import crc32

import msgspec

from fraud.context.event_facts import key, store_of
from fraud.context.facts import facts_of
from fraud.context.look_ups import CUSTOMER_SPAN, MOST_OF_CUSTOMER, LookUps, Recent
from fraud.context.sighting import sighting
from fraud.cutting import LONGEST_EVENT, cut_form
from fraud.events import StoreKey
from fraud.identity import canonical, canonical_body
from fraud.profiles.building import Sale
from fraud.profiles.profiles import Profiles
from fraud.replay.arrivals import read_event
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet
from fraud.suspicion import is_suspicious
from fraud.verdicts import Verdict, time_path
from fraud.windows import Window, compact_time, window_of

MOST_CASES = 500
MOST_LOOKED_AT = 100_000
"""Sales of a day that are judged roughly, with their customers' days: 50 MB. Of a larger day a share of the customers
is looked at, another one each day."""
CANDIDATES_OF_A_CASE = 10
"""Sales that are looked up for each case: what its shelf, its sku or its id tell is not known before."""

FOLDER = "sweep/"
"""The folder of such verdicts in `fraud-events`, apart from those of windows."""
SWEEP_FOLDER = "sweep/"
"""The folder of candidates among the work blobs."""

NOT_FLAGGED = "nothing flagged this sale: it begins with the points of those that are, so that both are measured alike"
_FLAGGED = "FLAGGED"
"""The rule that tells of each flagged sale what it is, and how many of them are fraud."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Candidate(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A sale that may become a case: its rough score, when it arrived in milliseconds since 1970, and its body."""

    score: int
    arrived: int
    body: bytes
    digest: str = ""
    """The `content_digest` of a long sale, whose body was cut. Left out by earlier versions."""

    @property
    def event(self) -> dict[str, Any]:
        """Its fields. Raises ValueError or RecursionError if somebody has altered it."""
        return msgspec.json.decode(self.body, type=dict[str, Any])

    @property
    def is_readable(self) -> bool:
        """True if nobody has altered it beyond what a sale is."""
        try:
            return isinstance(self.event.get("id"), str) and self.window.end > _EPOCH
        except (ValueError, RecursionError, OverflowError):
            return False

    @property
    def window(self) -> Window:
        """The window in which it arrived."""
        return window_of(moment(self.arrived))

    @property
    def store(self) -> StoreKey | None:
        """Its store, as a window would name it."""
        return store_of(self.event)


class SweepTask(msgspec.Struct, frozen=True):
    """The input of the activity: the day whose candidates are judged."""

    day: date

    @property
    def path(self) -> str:
        """The work blob that holds the candidates, the most suspicious first."""
        return f"{SWEEP_FOLDER}{self.day}.json"


class Swept(msgspec.Struct, frozen=True):
    """The output of the activity: how many sales were looked up, and the cases that were made."""

    candidates: int
    cases: int


class SweptKeys(msgspec.Struct, frozen=True):
    """The customers and skus of the sales that a sweep looks at."""

    customers: frozenset[str]
    skus: frozenset[str]


class Sweep:
    """Remembers sales of a day in order of time, and finds the most suspicious of them; memory is bounded."""

    def __init__(self, rules: RuleSet, rates: Rates, day: date, *, cases: int, expected: int) -> None:
        """The day has about `expected` events."""
        self._rules, self._rates, self._day = rules, rates, day
        self._most = cases * CANDIDATES_OF_A_CASE
        self._share = min(1.0, MOST_LOOKED_AT / max(1, expected))
        self._sales: list[tuple[int, bytes, str]] = []
        self._best: list[Candidate] = []

    def look(self, sales: Iterable[Sale]) -> None:
        """Remember the sales that are looked at, until there are enough."""
        left = MOST_LOOKED_AT - len(self._sales)
        chosen = ((arrived, *_kept(body)) for arrived, customer, body in sales if self._is_chosen(customer or ""))
        self._sales += islice(chosen, left)

    def keys(self) -> SweptKeys:
        """The customers and skus whose profiles are needed."""
        events = [read_event(body) or {} for _, body, _ in self._sales]
        customers, skus = (
            frozenset(own for event in events if (own := key(event.get(field))) is not None)
            for field in ("cust_id", "sku")
        )
        return SweptKeys(customers, skus)

    def candidates(self, profiles: Profiles) -> list[Candidate]:
        """The most suspicious sales by the profiles of the days before, the worst first; none on the first day."""
        if not profiles.days:
            return []
        customers = Recent(CUSTOMER_SPAN, MOST_OF_CUSTOMER)
        for arrived, body, digest in self._sales:
            self._judge(arrived, read_event(body) or {}, digest, profiles, customers)
        return sorted(self._best, reverse=True)

    def _judge(self, arrived: int, event: dict[str, Any], digest: str, profiles: Profiles, customers: Recent) -> None:
        customer = key(event.get("cust_id")) or ""
        at = moment(arrived)
        seen = sighting(event, at)
        customers.add(customer, seen)
        if is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping")):
            return
        near = LookUps(customer=customers.of(customer, at.timestamp()) if customer else ())
        facts = facts_of(event, seen, near, profiles, self._day)
        score = sum(reason.weight for reason in self._rules.reasons(facts, self._rates))
        if score >= self._rules.bands.medium // 2:
            self._keep(Candidate(score=score, arrived=arrived, body=canonical(event), digest=digest))

    def _keep(self, candidate: Candidate) -> None:
        if len(self._best) < self._most:
            heapq.heappush(self._best, candidate)
        elif self._best:
            heapq.heappushpop(self._best, candidate)

    def _is_chosen(self, customer: str) -> bool:
        return self._share >= 1 or crc32(f"{self._day} {customer}".encode()) < self._share * 2**32


def _kept(body: bytes) -> tuple[bytes, str]:
    """A sale as it is remembered, and the digest of a long one: of that what is judged."""
    if len(body) <= LONGEST_EVENT:
        return body, ""
    try:
        form = canonical_body(body)
    except (ValueError, RecursionError):
        form = canonical(read_event(body) or {})
    kept, of = cut_form(form)
    return canonical(kept), of.digest


def as_swept(verdict: Verdict) -> Verdict:
    """The verdict on a sale that nothing had flagged, whose reasons do not tell of it what is true of flagged ones."""
    reasons = (
        msgspec.structs.replace(reason, evidence=NOT_FLAGGED) if reason.rule == _FLAGGED else reason
        for reason in verdict.reasons
    )
    return msgspec.structs.replace(verdict, reasons=tuple(reasons))


def case_name(window: Window, content: str) -> str:
    """The name of the case on a sale, by the `content_digest` of it: `sweep-20260102T101000Z-{128 bits}`."""
    return f"sweep-{compact_time(window.end)}-{content}"


def sweep_path(name: str, window_end: datetime) -> str:
    """The path of the verdict of a case in `fraud-events`: `sweep/{yyyy}/{mm}/{dd}/{hh}{mm}/{name}.ndjson`."""
    return f"{FOLDER}{time_path(window_end)}/{name}.ndjson"


def moment(milliseconds: int) -> datetime:
    """A moment so many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
