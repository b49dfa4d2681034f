"""Turn the sightings of one id into counts: the exact meaning of every account."""

from collections.abc import Iterable, Sequence

import msgspec

from reconciliation.comparing.accounts import Cell
from reconciliation.comparing.classes import NOTES
from reconciliation.comparing.findings import Finding, archive_findings, reused_id
from reconciliation.comparing.matching import match_outcomes
from reconciliation.comparing.outcomes import outcome_findings
from reconciliation.comparing.sightings import InRange, RowSighting, sort_sightings
from reconciliation.reading.rows import Flag, Kind


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one id; `Accounts` says what each means. Each cell counts once; `due`, `judged` and `matched` count
    contents. `matched` holds if no doubtful finding on the outcomes stands. `reused` is the finding that the id was
    used again, if it is told by such a one that does not stand; None if it is among the others already."""

    events: list[RowSighting]
    reread: int
    malformed: int
    captured: int
    archived: int
    quarantined: int
    expected: list[Cell]
    suspicious: list[Cell]
    analysed: list[Cell]
    due: int
    judged: int
    matched: int
    on_archive: list[Finding]
    on_outcomes: list[Finding]
    reused: Finding | None = None


def judge_sightings(rows: Sequence[RowSighting], in_range: InRange, *, with_documents: bool) -> Judgement:
    """Judge all sightings of one id; without `with_documents` Cosmos is left out."""
    sightings = sort_sightings(rows, with_documents=with_documents)
    matches = match_outcomes(sightings)
    events = [event for event in sightings.events if in_range(event.window)]
    malformed = sum(event.is_malformed for event in events)
    # A body may hold one event several times: only the body itself tells how often it was read.
    copies = sum(_is_body(row) and in_range(row.window) for row in rows)
    expected = _cells((w, e.store) for w, e in zip(matches.windows, matches.expected, strict=True) if in_range(w))
    due = {e.identity for w, e in zip(matches.windows, matches.expected, strict=True) if in_range(w)}
    on_archive = archive_findings(sightings, in_range, with_documents=with_documents)
    on_outcomes = outcome_findings(sightings, matches, in_range)
    if not with_documents:
        on_outcomes = _unasked(on_outcomes)
    judged = {verdict.identity for verdict in sightings.judged if in_range(verdict.window)}
    judged |= {
        event.identity
        for window, event in zip(matches.windows, matches.expected, strict=True)
        if in_range(window) and sightings.is_judged_by_place(event)
    }
    is_matched = all(finding.doubt or finding.name in NOTES for finding in on_outcomes)
    is_told = any(finding.name == "id_reused" for finding in on_archive)
    return Judgement(
        events=events,
        reread=copies - len(events),
        malformed=malformed,
        captured=malformed or len({(*event.identity, event.is_flagged) for event in events}),
        archived=len({document.identity for document in sightings.documents if in_range(document.window)}),
        quarantined=sum(event.is_malformed and event.content in sightings.quarantined for event in events),
        expected=expected,
        suspicious=_cells(
            (sighting.window, sighting.store) for sighting in sightings.reported if in_range(sighting.window)
        ),
        analysed=_cells(
            (sighting.window, sighting.store) for sighting in sightings.judged if in_range(sighting.window)
        ),
        due=len(due),
        judged=len(judged),
        matched=len(due) if is_matched else 0,
        on_archive=on_archive,
        on_outcomes=on_outcomes,
        reused=None if is_told else reused_id(sightings, in_range),
    )


def _unasked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings where Cosmos is left out: each of them stands, or not."""
    return [
        msgspec.structs.replace(finding, doubt=None)
        for finding in findings
        if finding.doubt is None or finding.doubt.stands_unasked
    ]


def _is_body(row: RowSighting) -> bool:
    return row.kind == Kind.CAPTURED and not row.flags & Flag.EMBEDDED


def _cells(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(set(cells))
