"""Verdicts that a reconciliation reads and judges again, in a second on one core: those of a labelled world's windows,
each window with its lines and its evidence as an analysis stores them.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from benchmarks.labelled.looked_up import LookedUp, looked_up
from benchmarks.rows import Row, alone
from fraud.events import StoreKey
from fraud.evidence import Evidence, EvidencePart, KeptRates, Snapshot, packed, unpacked
from fraud.identity import content_digest
from fraud.judging import Context, verdicts_on
from fraud.rules.language import Value
from fraud.rules.shipped import FOR_FILES
from fraud.verdicts import Verdict, to_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, Window, unique_ids
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.observe import Observer
from reconciliation.reading.rows import Kind, all_rows
from reconciliation.reading.verdicts import unpacked as fields_of

ROUNDS = 5
"""The fastest of them counts."""


class _Stored(msgspec.Struct, frozen=True):
    """A window's verdicts and evidence, as their blobs hold them."""

    path: str
    verdicts: int
    lines: bytes
    evidence: bytes


def measure() -> list[Row]:
    """Read all verdicts, round after round."""
    windows = list(_stored(looked_up()))
    verdicts = sum(window.verdicts for window in windows)
    seconds = min(_seconds(windows) for _ in range(ROUNDS))
    bytes_of = [
        sum(map(len, of_all)) / verdicts for of_all in zip(*((w.lines, w.evidence) for w in windows), strict=True)
    ]
    kept = f"{verdicts / len(windows):.1f} in a window, of {bytes_of[0]:,.0f} bytes and {bytes_of[1]:,.0f} of evidence"
    return [alone("verdicts read and judged again", "verdicts/s of CPU", verdicts / seconds, f"no bound; {kept}")]


def _stored(ids: Iterator[LookedUp]) -> Iterator[_Stored]:
    by_window: defaultdict[tuple[Window, StoreKey | None], list[LookedUp]] = defaultdict(list)
    for each in ids:
        by_window[each.window, each.judged.verdict.store_id].append(each)
    for (window, store), those in by_window.items():
        ids_of = [each.judged.verdict.id for each in those]
        path = verdicts_path(SuspiciousWindow(store, unique_ids(ids_of), window).name, window.end)
        day = window.start.date()
        entries = tuple(_evidence(each) for each in those)
        verdicts = [_verdict(each, entry, day) for each, entry in zip(those, entries, strict=True)]
        rates = {FOR_FILES.definition.name: KeptRates.of(those[0].judged.rates)}
        part = EvidencePart(profile_day=day, rates=rates, entries=entries)
        yield _Stored(path, len(verdicts), to_ndjson(verdicts), packed(part))


def _evidence(each: LookedUp) -> Evidence:
    content, facts = each.contents[0], each.judged.facts
    told: dict[str, Value] = {name: value for name, value in facts.items() if value is not None}
    return Evidence(content.event["id"], content_digest(content.form), True, told)


def _verdict(each: LookedUp, evidence: Evidence, day: date) -> Verdict:
    context = Context(evidence.facts, each.judged.rates, evidence.digest(day), day)
    contexts = dict.fromkeys(each.contexts, context)
    verdict = each.judged.verdict
    return verdicts_on(verdict.id, each.contents, verdict.store_id, each.window, rules=FOR_FILES, contexts=contexts)[0]


def _seconds(windows: Sequence[_Stored]) -> float:
    """CPU of one round. Raises AssertionError if a verdict is not what judging it again gives."""
    observer = Observer(Kind.VERDICT, RunKeys(b"bench"), 0, 2**31, (0, 2**31))
    began = time.process_time()
    for window in windows:
        observer.evidence = Snapshot([unpacked(window.evidence)])
        lines = observer.open(window.path)
        lines.feed(window.lines)
        lines.close()
    seconds = time.process_time() - began
    rows = all_rows(observer.rows.encode(0))
    of_verdicts = rows[rows["kind"] == Kind.VERDICT]
    differing = [fields for packed in of_verdicts["sequence"].tolist() if (fields := fields_of(packed)[0])]
    if len(of_verdicts) != sum(window.verdicts for window in windows) or differing:
        raise AssertionError("a verdict differs, or is missing")
    return seconds
