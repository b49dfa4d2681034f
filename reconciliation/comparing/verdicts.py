"""Verdicts that are not what judging their events again gives, or whose events were never captured."""

from collections.abc import Iterator, Sequence

from reconciliation.comparing.definitions import Class
from reconciliation.comparing.findings import Doubt, Finding
from reconciliation.comparing.sightings import InRange, RowSighting, Sightings
from reconciliation.reading.keys import NO_CONTENT
from reconciliation.reading.rows import Flag
from reconciliation.reading.verdicts import Field, names_of, unpacked

Replaced = tuple[RowSighting, RowSighting | None]
"""A verdict on a content that was not captured, and the captured event that it stands in the place of, if one lacks
its verdict."""


def differing_verdicts(sightings: Sightings, replaced: Sequence[Replaced], in_range: InRange) -> Iterator[Finding]:
    """One finding for each content of a store that has such verdicts."""
    events = dict(replaced)
    groups: dict[tuple[Class, int, int], list[_Wrong]] = {}
    for verdict in sightings.judged:
        if in_range(verdict.window):
            wrong = _Wrong(verdict, sightings, is_foreign=verdict in events)
            if wrong.fields or wrong.doubt:
                groups.setdefault((wrong.name, *verdict.identity), []).append(wrong)
    for (name, store, content), group in groups.items():
        captured = [event for event in sightings.captured if event.store == store]
        captured.sort(key=lambda event: event.content != content)
        event = events.get(group[0].verdict) or next(iter(captured), None)
        fields = Field(0)
        for wrong in group:
            fields |= wrong.fields
        doubts = [wrong.doubt for wrong in group if not (wrong.is_foreign and events[wrong.verdict])]
        yield Finding(
            name=name,
            window=group[0].verdict.window,
            where=frozenset(("fraud-events",)),
            store=store,
            event=event,
            expected=[event.window] if event else [],
            seen=sorted(wrong.verdict.window for wrong in group),
            fields=names_of(fields or Field.REASONS),
            doubt=_shared(doubts) if len(doubts) == len(group) else None,
        )


class _Wrong:
    """The fields of a verdict that differ, or what Cosmos must be asked for before they do."""

    def __init__(self, verdict: RowSighting, sightings: Sightings, *, is_foreign: bool) -> None:
        self.verdict = verdict
        self.is_foreign = is_foreign
        self.fields, named = unpacked(verdict.sequence) if verdict.flags & Flag.DIFFERS else (Field(0), 1)
        self.doubt: Doubt | None = None
        if verdict.content != NO_CONTENT and named < _archived_by_then(verdict, sightings):
            # Of contents that are too many or too large a window reads a part, and so does who judges it again.
            self.doubt = None if self.fields or is_foreign else Doubt(in_part=((verdict.window, named),))
            self.fields |= Field.REASONS
        if not self.fields and is_foreign:
            self.doubt = Doubt(content=verdict.content)
        elif not self.fields and named > max(1, _ever_seen(verdict, sightings)):
            self.doubt = Doubt(contents=named)
        self.fields |= Field.EVENT if is_foreign else Field(0)

    @property
    def name(self) -> Class:
        return "unknown_rule_set" if self.fields & Field.RULE_SET else "verdict_differs"


def _shared(doubts: Sequence[Doubt | None]) -> Doubt | None:
    """The doubt in which all of a group are; None if one of them is certain."""
    several = [doubt for doubt in doubts if doubt]
    if not several or len(several) < len(doubts):
        return None
    others = [doubt for doubt in several if not doubt.in_part]
    return others[0] if others else Doubt(in_part=tuple(named for doubt in several for named in doubt.in_part))


def _archived_by_then(verdict: RowSighting, sightings: Sightings) -> int:
    """The contents that had arrived under the id in the store when the verdict's window ended, and are archived."""
    contents = {event.content for event in _of_store(verdict, sightings) if event.window <= verdict.window}
    if archived := _documents(verdict, sightings):
        contents &= archived
    return len(contents)


def _ever_seen(verdict: RowSighting, sightings: Sightings) -> int:
    events = [event for event in sightings.captured if not event.is_malformed]
    # The store of an event that is read out of a malformed body may be anything.
    contents = {event.content for event in events if event.store == verdict.store or event.flags & Flag.EMBEDDED}
    return len(contents | _documents(verdict, sightings) | sightings.contents_findable_by(verdict.store))


def _of_store(verdict: RowSighting, sightings: Sightings) -> list[RowSighting]:
    return [event for event in sightings.events if event.store == verdict.store and not event.is_malformed]


def _documents(verdict: RowSighting, sightings: Sightings) -> set[int]:
    return {document.content for document in sightings.documents if document.store == verdict.store}
