"""Verdicts on suspicious events, and the case that a window's verdicts make."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from fraud.cutting import Cut
from fraud.events import StoreKey, store_key
from fraud.identity import canonical, content_digest
from fraud.stakes import Stakes, stakes_of
from fraud.windows import Window

Band = Literal["low", "medium", "high", "unresolved"]
BANDS: tuple[Band, ...] = ("high", "medium", "low", "unresolved")
Source = Literal["archive", "quarantine"]
CaseType = Literal["window", "quarantine", "sweep"]

EVIDENCE = "evidence"
"""The folder of all evidence in the container of the verdicts."""

SHADOW = "shadow"
"""The folder of all verdicts of sets in shadow, in the same container: no case and no alert is made of them."""

KEPT = "kept"
"""The folder of all verdicts that a re-analysis has replaced, in the same container."""

AGAIN = "again-"
"""The beginning of the names of re-analyses, and so of the evidence that they keep beside that of the first judging."""

TOP_VERDICTS = 10
"""A case names this many of its worst events; all of them are in its blob."""

_encoder = msgspec.json.Encoder(order="deterministic")


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a rule added its weight to a score, in words that a person can check against the event."""

    rule: str
    weight: int
    evidence: str
    snoozed: bool = False
    """True if a snooze has silenced the rule, which has not spoken then. Left out if false, and by earlier versions."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of one content under a suspicious id of a window.

    An id has a verdict for each flagged content that arrived under it; without one, it has one that is `unresolved`.
    `event` is the content as its producer sent it, and None if it was not found. A long one was `cut`.
    """

    event_id: str
    store_id: StoreKey | None
    window_start: datetime
    window_end: datetime
    score: int
    band: Band
    reasons: tuple[Reason, ...]
    rule_set: str
    run_id: str | None
    event: dict[str, Any] | None
    source: Source | None = None
    """Where the event was found. None if it was not, and in verdicts that an earlier version wrote."""
    evidence: str | msgspec.UnsetType = msgspec.UNSET
    """The digest of the facts that were judged; absent if the rules asked the event alone. See `fraud.evidence`."""
    profile_day: date | msgspec.UnsetType | None = msgspec.UNSET
    """The last day that the profiles knew; null on the first evening, absent where `evidence` is."""
    cut: Cut | msgspec.UnsetType = msgspec.UNSET
    """The whole event, if this has less of it; see `fraud.cutting`. Earlier versions kept each whole."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that have spoken, in the order of the reasons: a snoozed one has not."""
        return tuple(reason.rule for reason in self.reasons if not reason.snoozed)

    @property
    def content(self) -> str | None:
        """The `content_digest` of the whole event; None without one."""
        if isinstance(self.cut, Cut):
            return self.cut.digest
        return None if self.event is None else content_digest(canonical(self.event))


class TopVerdict(msgspec.Struct, frozen=True):
    """One of the worst events of a case."""

    event_id: str
    score: int
    band: Band
    rules: tuple[str, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of a window's analysis: one document per window, whose id is the window's name.

    `suspicious` counts verdicts, of which an id that was used twice has two.
    """

    id: str
    store_id: StoreKey
    type: CaseType = "window"
    """`quarantine`: of events that no window can name, and that were judged by their place in the hub."""
    window_start: datetime
    window_end: datetime
    suspicious: int
    bands: dict[str, int]
    max_score: int
    top: tuple[TopVerdict, ...]
    verdicts_blob: str
    """Container and path of the window's verdicts, one JSON object per line, in the order of their ids."""
    rule_set: str
    revision: int = 1
    """That of the verdicts it was made of: 1 for the first, one more each time that they were amended."""
    stakes: Stakes = Stakes()
    """Absent from a case that an earlier version wrote."""
    verdicts_digest: str = ""
    """128 bits in hexadecimal of all verdicts, except for their events, which Capture has, too: verdicts and the
    evidence that they name cannot be changed together unless the case is. Absent from a case that an earlier version
    wrote.
    """


def case_of(
    name: str,
    store_id: StoreKey | None,
    window: Window,
    verdicts: Sequence[Verdict],
    blob: str,
    *,
    revision: int = 1,
    type: CaseType = "window",
) -> Case:
    """The case of one window. The same verdicts make the same case. Raises ValueError without verdicts."""
    if not verdicts:
        raise ValueError(f"{name} has no verdicts")
    counts = Counter(verdict.band for verdict in verdicts)
    ranked = sorted(verdicts, key=lambda verdict: (-verdict.score, verdict.event_id))
    worst = ranked[:TOP_VERDICTS]
    return Case(
        id=name,
        store_id=store_key(store_id),
        type=type,
        window_start=window.start,
        window_end=window.end,
        suspicious=len(verdicts),
        bands={band: counts[band] for band in BANDS},
        max_score=worst[0].score,
        top=tuple(TopVerdict(verdict.event_id, verdict.score, verdict.band, verdict.rules) for verdict in worst),
        verdicts_blob=blob,
        rule_set=verdicts[0].rule_set,
        revision=revision,
        stakes=stakes_of((verdict.event, verdict.rules) for verdict in ranked if verdict.band in ("high", "medium")),
        verdicts_digest=_digest(verdicts),
    )


def _digest(verdicts: Iterable[Verdict]) -> str:
    without_events = to_ndjson(msgspec.structs.replace(verdict, event=None) for verdict in verdicts)
    return sha256(without_events).hexdigest()[:32]


def to_ndjson(verdicts: Iterable[Verdict]) -> bytes:
    """Verdicts, one per line. The same verdicts give the same bytes, whatever the order of their events' fields."""
    return _encoder.encode_lines(list(verdicts))


def from_ndjson(lines: bytes) -> list[Verdict]:
    """Read what `to_ndjson` wrote. Raises msgspec.DecodeError if anything else is in it."""
    return _decoder.decode_lines(lines)


def readable_verdicts(lines: bytes) -> list[Verdict]:
    """The verdicts in a blob that somebody may have damaged; a line that cannot be read is left out."""
    return [*each_readable(lines)]


def each_readable(lines: bytes) -> Iterator[Verdict]:
    """The same one after the other: whoever keeps none has the event of one in memory, however many there are."""
    for line in lines.splitlines():
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield _decoder.decode(line)


class OfId(Protocol):
    """A verdict, or its line, as far as it is asked for to amend it."""

    @property
    def event_id(self) -> str:
        """The id that it is on."""
        ...

    @property
    def band(self) -> Band:
        """Its band."""
        ...


AnyVerdict = TypeVar("AnyVerdict", bound=OfId)


def amended(before: Iterable[AnyVerdict], now: Iterable[AnyVerdict]) -> list[AnyVerdict]:
    """The verdicts of an analysis, without losing what an earlier one had found.

    Each id keeps its verdicts of before if more of its contents had been found then: a slow look-up that ends after a
    later one, or an event that has left the archive meanwhile, takes nothing back. Ids and order are those of `now`.
    """
    known_before = by_id(before)
    return [
        verdict
        for event_id, verdicts in by_id(now).items()
        for verdict in max(verdicts, known_before.get(event_id, []), key=_contents_found)
    ]


def by_id(verdicts: Iterable[AnyVerdict]) -> dict[str, list[AnyVerdict]]:
    """Verdicts by the id that they are on; ids and verdicts in their order."""
    of_ids: dict[str, list[AnyVerdict]] = {}
    for verdict in verdicts:
        of_ids.setdefault(verdict.event_id, []).append(verdict)
    return of_ids


def _contents_found(verdicts: Sequence[OfId]) -> int:
    return sum(verdict.band != "unresolved" for verdict in verdicts)


_decoder = msgspec.json.Decoder(Verdict)


def verdicts_path(name: str, window_end: datetime) -> str:
    """The path of a window's verdicts in `fraud-events`, by its end: `{yyyy}/{mm}/{dd}/{hh}{mm}/{name}.ndjson`."""
    return f"{time_path(window_end)}/{name}.ndjson"


def name_in(path: str) -> str:
    """The name of the case whose verdicts lie at a path: that of the window, if they are on one."""
    return path.rpartition("/")[2].removesuffix(".ndjson")


def shadow_path(verdicts: str) -> str:
    """The path of the verdicts that a set in shadow gives beside those at a path: `shadow/{path}`."""
    return f"{SHADOW}/{verdicts}"


def kept_folder(verdicts: str) -> str:
    """The folder of the verdicts that lay at a path before a re-analysis: `kept/{path without ending}/`."""
    return f"{KEPT}/{verdicts.removesuffix('.ndjson')}/"


def evidence_folder(verdicts: str) -> str:
    """The folder of the evidence on verdicts at a path, in the same container: `evidence/{path without ending}/`."""
    return f"{EVIDENCE}/{verdicts.removesuffix('.ndjson')}/"


def time_path(moment: datetime) -> str:
    """A moment as folders, in UTC: `{yyyy}/{mm}/{dd}/{hh}{mm}`."""
    return moment.astimezone(UTC).strftime("%Y/%m/%d/%H%M")
