"""The context of the events of a chunk: read from evidence, or looked up and kept as evidence."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from activities.window_evidence import ChunkEvidence
from fraud.analysis import Chunk, WindowTask
from fraud.context.event_facts import key
from fraud.context.facts import facts_of
from fraud.context.look_ups import (
    MOST_OF_CUSTOMER,
    MOST_OF_SHELF,
    MOST_OF_SKU,
    LookUps,
    OtherContents,
    latest,
    told_of,
)
from fraud.context.shelf_facts import RecentShelves, Shelf
from fraud.context.sighting import Sighting, sighting
from fraud.events import store_key
from fraud.evidence import NO_KEPT_RATES, Evidence, EvidencePart, Snapshot
from fraud.identity import content_digest
from fraud.judging import Content, Context, distinct
from fraud.profiles.profiles import Profiles
from fraud.quarantine_index import is_flagged
from fraud.rules.language import Value
from fraud.windows import Window
from services import look_ups
from services.concurrency import both
from services.profiles import profiles_of

_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)

Contexts = dict[str, dict[bytes, Context]]
"""The contexts of flagged contents, by id and by the canonical form of the content."""


class ContentsUnderId:
    """All contents under an id by their canonical forms. Each of a thousand may be judged: they are counted once."""

    def __init__(self, by_form: Mapping[bytes, Content]) -> None:
        self.in_part = any(content.in_part for content in by_form.values())
        self._contents = [*by_form.values()]
        self._up_to: dict[datetime, list[Content]] = {}

    def up_to(self, end: datetime) -> list[Content]:
        """Those that arrived until the end of a window, as far as that is known."""
        if end not in self._up_to:
            in_time = [each for each in self._contents if each.arrived is None or each.arrived <= end]
            self._up_to[end] = in_time
        return self._up_to[end]


class FlaggedContent(msgspec.Struct, frozen=True):
    """A flagged content that was found under an id, by its canonical form, and all contents under that id, of which it
    is one."""

    event_id: str
    form: bytes
    content: Content
    of_id: ContentsUnderId
    place: str = ""
    """The place by which it is judged, which then stands for the id: that may be anything."""

    @property
    def name(self) -> str:
        """The name in evidence and verdict: the id, or the place."""
        return self.place or self.event_id

    @property
    def digest(self) -> str:
        """The name of the content in evidence."""
        return content_digest(self.form)

    def at_store(self, window: Window) -> int:
        """The contents under the id at its store, up to the end of the window, this one among them."""
        is_late = self.content.arrived is not None and self.content.arrived > window.end
        return len(self.of_id.up_to(window.end)) + is_late


async def contexts_of(chunk: Chunk, contents_of: Mapping[str, Sequence[Content]], evidence: ChunkEvidence) -> Contexts:
    """The context of each flagged content, as the first judging of the chunk read it.

    What was judged before comes from evidence; the rest is looked up, and kept as evidence before it is used. Raises
    what Cosmos or the blob service raised.
    """
    asked = _asked(contents_of)
    if not asked:
        return {}
    snapshot = await evidence.snapshot()
    while missing := [each for each in asked if not _is_kept(each, snapshot, chunk.task)]:
        await evidence.add(await look_up(chunk.task, missing, snapshot))
    return contexts_in(snapshot, asked, chunk.task.set_name)


async def contexts_looked_up(task: WindowTask, contents_of: Mapping[str, Sequence[Content]]) -> Contexts:
    """The context of each flagged content as it is found now, which is kept nowhere. Raises what Cosmos raised."""
    asked = _asked(contents_of)
    if not asked:
        return {}
    return contexts_in(Snapshot([await look_up(task, asked, Snapshot())]), asked, task.set_name)


def _asked(contents_of: Mapping[str, Sequence[Content]]) -> list[FlaggedContent]:
    return [
        FlaggedContent(event_id, form, content, of_id)
        for event_id, contents in contents_of.items()
        for by_form in [distinct(contents)]
        for of_id in [ContentsUnderId(by_form)]
        for form, content in by_form.items()
        if is_flagged(content.event)
    ]


def contexts_in(snapshot: Snapshot, asked: Sequence[FlaggedContent], set_name: str) -> Contexts:
    """The contexts that evidence has for a set, by the names of contents there and their canonical forms.

    Raises LookupError if it says nothing of one.
    """
    contexts: Contexts = {}
    first = next(iter(snapshot.parts), None)
    day = first.profile_day if first else None
    # One object for all of them: a set weighs its rules once for the rates that it is asked with.
    rates = (first.rates.get(set_name, NO_KEPT_RATES) if first else NO_KEPT_RATES).rates
    for each in asked:
        kept = snapshot.of(each.name, each.digest)
        if kept is None:
            raise LookupError(f"the evidence on {each.name} has vanished")
        contexts.setdefault(each.name, {})[each.form] = Context(kept.facts, rates, kept.digest(day), day)
    return contexts


def _is_kept(asked: FlaggedContent, snapshot: Snapshot, task: WindowTask) -> bool:
    kept = snapshot.of(asked.name, asked.digest)
    return kept is not None and kept.facts.get("id.contents") == asked.at_store(task.window)


async def look_up(task: WindowTask, missing: Sequence[FlaggedContent], snapshot: Snapshot) -> EvidencePart:
    """Evidence on contents that have none, or under whose id another content was found since; an empty id has no
    others.
    """
    first = snapshot.parts[0] if snapshot.parts else None
    day = first.profile_day if first else task.profile_day
    profiles = await profiles_of(day)
    new = [each for each in missing if snapshot.of(each.name, each.digest) is None]
    near, elsewhere = await both(
        _near(task, new, profiles.profiles),
        look_ups.contents_elsewhere(
            list({each.event_id for each in missing if each.event_id}), store_key(task.store_id), task.window_end
        ),
    )
    entries: list[Evidence] = []
    others: dict[ContentsUnderId, OtherContents] = {}
    for each in missing:
        kept = snapshot.of(each.name, each.digest)
        if each.of_id not in others:
            told = (content.told for content in each.of_id.up_to(task.window_end))
            others[each.of_id] = OtherContents([*told, *map(told_of, elsewhere.get(each.event_id, ()))])
        counts: dict[str, Value] = {
            "id.contents": each.at_store(task.window),
            **others[each.of_id].facts(each.content.told, in_part=each.of_id.in_part),
        }
        if each.of_id.in_part:
            counts["id.read_in_part"] = True
        facts = kept.facts if kept else near.facts(each, task.window)
        entries.append(Evidence(each.name, each.digest, _arrived_in(each.content, task.window), facts | counts))
    return EvidencePart(profile_day=day, rates=first.rates if first else profiles.rates, entries=tuple(entries))


def _arrived_in(content: Content, window: Window) -> bool:
    return content.arrived is not None and window.start < content.arrived <= window.end


class _Near(msgspec.Struct, frozen=True):
    """The sightings around the events of a window, by customer, sku and category."""

    customers: Mapping[str, tuple[Sighting, ...]]
    skus: Mapping[str, tuple[Sighting, ...]]
    shelves: Mapping[str, tuple[Sighting, ...]]
    shelf_store: str | None
    profiles: Profiles
    own: Mapping[tuple[str, bytes], Sighting]
    """The contents themselves, by the names of their evidence and their canonical forms."""

    def facts(self, asked: FlaggedContent, window: Window) -> dict[str, Value]:
        """Every fact of a content but those of its id, as far as it can be told."""
        content, seen = asked.content, self.own[asked.name, asked.form]
        # What lies in quarantine is in no look-up, but each count has the event's own sale.
        own = (seen,) if content.source == "quarantine" else ()
        near = LookUps(
            customer=_among(self.customers.get(seen.customer or "", ()), own, MOST_OF_CUSTOMER),
            sku=_among(self.skus.get(seen.sku or "", ()), own, MOST_OF_SKU),
        )
        shelf = self._shelf(seen, own)
        facts = facts_of(content.event, seen, near, self.profiles, window.start.date(), shelf=shelf)
        return {name: value for name, value in facts.items() if value is not None}

    def _shelf(self, seen: Sighting, own: tuple[Sighting, ...]) -> Shelf:
        """The shelf of an event; that of all whose own sale is among its sightings is counted once.

        A category that context does not keep whole has its own sale alone.
        """
        if seen.category is not None and not seen.is_category_whole:
            return Shelf((seen,), self.profiles)
        sightings = self.shelves.get(seen.category or "", ()) if seen.store == self.shelf_store else ()
        with_own = _among(sightings, own, MOST_OF_SHELF)
        if with_own is not sightings or seen.shelf is None:
            return Shelf(with_own, self.profiles)
        return _recent_shelves.of(seen.shelf, sightings, self.profiles)


_recent_shelves = RecentShelves()


def _among(sightings: tuple[Sighting, ...], own: tuple[Sighting, ...], most: int) -> tuple[Sighting, ...]:
    """Sightings of a key, the event's own among them."""
    return latest((*sightings, *own), most) if own and own[0] not in sightings else sightings


async def _near(task: WindowTask, asked: Sequence[FlaggedContent], profiles: Profiles) -> _Near:
    """Three queries, whatever the number of events: first that of the shelves, which all chunks of a window share."""
    until = task.window_end
    events = [each.content.event for each in asked]
    own = [sighting(each.content.event, each.content.arrived or until) for each in asked]
    # A longer one would be sent whole: some of them make a query that Cosmos refuses, for all who ask with it.
    categories = {seen.category: seen.category for seen in own if seen.category and seen.is_category_whole}
    shelves = await _find_shelves(task, categories, own)
    customers, skus = await both(
        look_ups.customers(_numbers(events, "cust_id"), until, own),
        look_ups.skus(_numbers(events, "sku"), until, own),
    )
    store = None if task.store_id is None else str(task.store_id)
    by_name = {(each.name, each.form): seen for each, seen in zip(asked, own, strict=True)}
    return _Near(customers, skus, shelves, store, profiles, by_name)


async def _find_shelves(
    task: WindowTask, categories: Mapping[str, str], own: Sequence[Sighting]
) -> dict[str, tuple[Sighting, ...]]:
    if task.store_id is None:
        return {}
    return await look_ups.shelves(task.store_id, categories, task.window_end, own)


def _numbers(events: Sequence[Mapping[str, Any]], field: str) -> dict[str, int]:
    """The customers or skus of events as the archive has them: whole numbers. Any other text has no past there."""
    names = {name for event in events if (name := key(event.get(field))) and _NUMBER.fullmatch(name)}
    return {name: int(name) for name in names}
