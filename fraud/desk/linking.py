"""Linked cases: verdicts of several windows that belong together, and one line that says who did what. Pure.

Two verdicts of the bands high or medium are linked if they share a customer; a sku within an hour; or, within an hour,
a gateway that a rule holds against both: everybody who buys at a store comes through its gateways.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fraud.context.event_facts import key
from fraud.context.sighting import GIFT_CARD
from fraud.desk.review import CaseState
from fraud.events import StoreKey
from fraud.verdicts import Verdict

REACH = timedelta(hours=2)
"""Windows that end so much before or after that of a case are looked at."""
TOGETHER = timedelta(hours=1)
ROUNDS = 3
"""A ring is followed so often from one verdict to the next."""
_OF_GATEWAY = frozenset(("STORE_NAME", "STORE_NAME_ALONE", "STORE_NETWORK", "NETWORK_DESERTED", "FEW_BY_NETWORK"))
"""Rules that say that a gateway is not the store's. Deep discounts at one gateway come by chance too often to link."""


class LinkedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a linked case as a list shows; `at_stake` is absent where an earlier version wrote the case."""

    store_id: StoreKey
    window_end: datetime
    state: CaseState = "open"
    at_stake: int | None = None


class LinkedCase(msgspec.Struct, frozen=True):
    """Another case with verdicts that are linked to those of a case, and what they share.

    `facts` are null in one that somebody has altered beyond reading.
    """

    id: str
    by: tuple[str, ...]
    facts: LinkedFacts | None = None


class Linked(msgspec.Struct, frozen=True):
    """Who did what, in one line, and the other cases that it covers, those with the most money at stake first.

    `complete` is false if more were not read.
    """

    headline: str = ""
    cases: tuple[LinkedCase, ...] = ()
    complete: bool = True


class _Member(msgspec.Struct, frozen=True):
    case_id: str
    start: datetime
    end: datetime
    customer: str | None
    sku: str | None
    near: tuple[str, ...]
    """Its sku, and its gateway if a rule holds that against it, in words: within an hour they link."""
    store: str | None
    is_gift_card: bool


class _Among:
    """Verdicts by what links them: a producer may have a hundred thousand of them, and each is asked for links."""

    def __init__(self, members: Iterable[_Member]) -> None:
        self._customers: Counter[str] = Counter()
        self._ends: defaultdict[str, list[datetime]] = defaultdict(list)
        for member in members:
            if member.customer is not None:
                self._customers[member.customer] += 1
            for name in member.near:
                self._ends[name].append(member.end)
        for ends in self._ends.values():
            ends.sort()

    def shared(self, member: _Member, least: int = 1) -> str | None:
        """The first of what links a verdict to so many of these, in words; None if nothing does."""
        if member.customer is not None and self._customers[member.customer] >= least:
            return f"customer {member.customer}"
        return next((name for name in member.near if self._near(name, member.end) >= least), None)

    def _near(self, name: str, end: datetime) -> int:
        ends = self._ends.get(name, ())
        return bisect_right(ends, end + TOGETHER) - bisect_left(ends, end - TOGETHER)


def linked(case_id: str, verdicts: Mapping[str, Sequence[Verdict]], *, complete: bool = True) -> Linked:
    """The links of a case, given its verdicts and those of other cases, by the name of the case."""
    own = list(_members(case_id, verdicts.get(case_id, ())))
    others = [member for name in verdicts if name != case_id for member in _members(name, verdicts[name])]
    own = _in_company(own, others) or own
    ring, newest = [*own], own
    by: dict[str, dict[str, None]] = {}
    for _ in range(ROUNDS):
        among, joined, left = _Among(newest), list[_Member](), list[_Member]()
        for member in others:
            what = among.shared(member)
            if what is None:
                left.append(member)
            else:
                joined.append(member)
                by.setdefault(member.case_id, {})[what] = None
        if not joined:
            break
        others, ring, newest = left, [*ring, *joined], joined
    cases = tuple(LinkedCase(name, tuple(shared)) for name, shared in sorted(by.items()))
    return Linked(_headline(ring), cases, complete)


def _in_company(own: Sequence[_Member], others: Sequence[_Member]) -> list[_Member]:
    """Those that are linked to any other: a verdict that shares nothing only falls into the window of those that do."""
    among = _Among((*own, *others))
    return [member for member in own if among.shared(member, least=2)]  # each is one of them itself


def by_money(links: Linked, facts: Mapping[str, LinkedFacts]) -> Linked:
    """The links with the facts of their cases, those with the most money at stake first."""
    cases = [msgspec.structs.replace(case, facts=facts.get(case.id)) for case in links.cases]
    cases.sort(key=lambda case: (-((case.facts and case.facts.at_stake) or 0), case.id))
    return msgspec.structs.replace(links, cases=tuple(cases))


def _headline(ring: Sequence[_Member]) -> str:
    """`4 accounts, 3 stores, one sku, 11 gift cards in 2 h`; empty if nothing is above the band low."""
    if not ring:
        return ""
    cards = sum(member.is_gift_card for member in ring)
    parts = [
        _count({member.customer for member in ring}, "account"),
        _count({member.store for member in ring}, "store"),
        _count({member.sku for member in ring}, "sku"),
        _number(cards, "gift card") if cards == len(ring) else _number(len(ring), "sale"),
    ]
    if 0 < cards < len(ring):
        parts.append(f"{cards} by gift card")
    span = max(member.end for member in ring) - min(member.start for member in ring)
    return f"{', '.join(part for part in parts if part)} in {_span(span)}"


def _members(case_id: str, verdicts: Iterable[Verdict]) -> Iterable[_Member]:
    for verdict in verdicts:
        if verdict.band not in ("high", "medium") or verdict.event is None:
            continue
        event = verdict.event
        is_of_gateway = not _OF_GATEWAY.isdisjoint(verdict.rules)
        sku, gateway = key(event.get("sku")), _text(event.get("store_ip")) if is_of_gateway else None
        yield _Member(
            case_id=case_id,
            start=verdict.window_start,
            end=verdict.window_end,
            customer=key(event.get("cust_id")),
            sku=sku,
            near=tuple(f"{kind} {value}" for kind, value in (("sku", sku), ("gateway", gateway)) if value is not None),
            store=None if verdict.store_id is None else str(verdict.store_id),
            is_gift_card=event.get("payment_method") == GIFT_CARD,
        )


def _text(value: Any) -> str | None:
    return value[:100] if isinstance(value, str) and value else None


def _count(names: set[str | None], what: str) -> str:
    return _number(len(names - {None}), what)


def _number(count: int, what: str) -> str:
    if not count:
        return ""
    return f"one {what}" if count == 1 else f"{count:,} {what}s"


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.3g} h"
