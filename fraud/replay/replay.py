"""Judging all windows of a file of events, in the order in which they ended."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import msgspec

from fraud.context.event_facts import store_of
from fraud.events import StoreKey, store_key
from fraud.identity import canonical
from fraud.replay.arrivals import Arrival
from fraud.replay.history import History
from fraud.rules.language import Value
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet
from fraud.suspicion import is_suspicious
from fraud.verdicts import Band, Reason
from fraud.windows import Window, window_of


class ReplayVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a content that was flagged under an id in a window of a store, however often it arrived in it.

    `enqueued_time` is that of its last arrival in the window.
    """

    id: str
    store_id: StoreKey | None
    window_start: str
    window_end: str
    enqueued_time: str
    score: int
    band: Band
    reasons: tuple[Reason, ...]
    rule_set: str


class Judged(msgspec.Struct, frozen=True):
    """A verdict, and the facts and rates that it was made of."""

    verdict: ReplayVerdict
    facts: dict[str, Value]
    rates: Rates
    is_flagged: bool = True


def replay(
    arrivals: Iterable[Arrival], rules: RuleSet, history: History, history_days: int, *, asked: str | None = None
) -> Iterator[Judged]:
    """Judge every flagged content of a file; those of its first `history_days` days (in UTC) are profiled only.

    A window is judged by what arrived up to its end. Arrivals are put in the order of their enqueued times first: a hub
    is in order within a partition only. With `asked`, every arrival of this id is judged, and nothing else.
    """
    in_order = sorted(arrivals, key=lambda arrival: arrival.enqueued)
    if not in_order:
        return
    today = _day(window_of(in_order[0].enqueued))
    first_judged = today + timedelta(days=history_days)
    rates, rates_today = Rates(), Rates()
    for window, group in groupby(in_order, key=lambda arrival: window_of(arrival.enqueued)):
        if _day(window) != today:
            today = _day(window)
            history.begin_day()
            rates, rates_today = rates.after(rates_today), Rates()
        flagged: dict[tuple[str, str, bytes], Arrival] = {}
        others: list[Arrival] = []
        for arrival in group:
            history.add(arrival)
            if (name := flagged_name(arrival.event)) is not None:
                flagged[*name, canonical(arrival.event or {})] = arrival
            elif asked is not None and (arrival.event or {}).get("id") == asked:
                others.append(arrival)
        for name in sorted(flagged):
            facts = history.facts(flagged[name], window)
            if history.profiles.days:
                rates_today.add(rules.held(facts))
            if name[1] == asked or (asked is None and today >= first_judged):
                yield _judged(flagged[name], window, rules, facts, rates)
        for arrival in others:
            yield _judged(arrival, window, rules, history.facts(arrival, window), rates, is_flagged=False)


def flagged_name(event: dict[str, Any] | None) -> tuple[str, str] | None:
    """Store and id of an event that the stream job flags; None for every other, and for one without an id."""
    if event is None or not isinstance(event.get("id"), str):
        return None
    if not is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping")):
        return None
    return str(store_key(store_of(event))), event["id"]


def _day(window: Window) -> date:
    """A window belongs to the day in which it began: its end may be the next day's first moment."""
    return window.start.date()


def _judged(
    arrival: Arrival, window: Window, rules: RuleSet, facts: dict[str, Value], rates: Rates, *, is_flagged: bool = True
) -> Judged:
    return Judged(_verdict(arrival, window, rules, rules.reasons(facts, rates)), facts, rates, is_flagged)


def _verdict(arrival: Arrival, window: Window, rules: RuleSet, reasons: tuple[Reason, ...]) -> ReplayVerdict:
    event = arrival.event or {}
    score = max(0, sum(reason.weight for reason in reasons))
    return ReplayVerdict(
        id=event["id"],
        store_id=store_of(event),
        window_start=window.start.isoformat(),
        window_end=window.end.isoformat(),
        enqueued_time=arrival.enqueued.isoformat(),
        score=score,
        band=rules.band_of(score),
        reasons=reasons,
        rule_set=rules.id,
    )
