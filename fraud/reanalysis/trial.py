"""A trial: windows that have verdicts are judged by another set, and what would change is told. Pure."""

from datetime import datetime
from typing import Literal

import msgspec

from fraud.reanalysis.messages import FoundWindows, Reanalysis, WindowsPage, summed
from fraud.reanalysis.samples import Sampled
from fraud.verdicts import Verdict

INSTANCE = "rule-trial"
"""The id of the orchestration's instance: one trial at a time."""
TRIAL = "try-"
"""The beginning of the names of trials."""
EXAMPLES = 5
MOST_RULES = 200
"""Rules that are counted, those that spoke most: a file may have thousands."""

LEVELS: dict[str, tuple[str, ...]] = {"high": ("high",), "medium or high": ("medium", "high")}


class TriedExample(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict whose band changes; `rules` are those of the trial, the heaviest first."""

    id: str
    case_id: str
    window_end: datetime
    before: str
    after: str
    by: int
    """Points between the two scores."""
    rules: tuple[str, ...]

    @classmethod
    def of(cls, case_id: str, old: Verdict, new: Verdict) -> "TriedExample":
        """The example that two verdicts on one event make."""
        heaviest = sorted(new.reasons, key=lambda reason: -reason.weight)
        return cls(
            id=old.event_id[:200],
            case_id=case_id,
            window_end=old.window_end,
            before=f"{old.band} {old.score}",
            after=f"{new.band} {new.score}",
            by=abs(new.score - old.score),
            rules=tuple(reason.rule for reason in heaviest)[:10],
        )


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts of a set on some contents, beside the stored ones. `moved` counts by `band before -> band after`.

    `kept` verdicts were judged on the evidence that they name, `rebuilt` ones on facts that were looked up anew: their
    own set needed none, or their evidence is gone. `without_facts` could not be judged: their events have left the
    archive. Those whose own set this version has are judged by it, too, on the same facts: `differing` ones do not say
    what is stored, and `rebuilt_differing` of them rest on rebuilt facts.

    `labels` counts what people know: `{event or case} {before or after} {level} {right or wrong}`, and of all
    `event fraud`, `event innocent`, `case fraud` and `case innocent`; earlier versions did not count the innocent.
    """

    verdicts: int = 0
    moved: dict[str, int] = {}
    bands_before: dict[str, int] = {}
    bands_after: dict[str, int] = {}
    rules_before: dict[str, int] = {}
    rules_after: dict[str, int] = {}
    examples: tuple[TriedExample, ...] = ()
    kept: int = 0
    rebuilt: int = 0
    without_facts: int = 0
    differing: int = 0
    rebuilt_differing: int = 0
    labels: dict[str, int] = {}
    sampled: Sampled | msgspec.UnsetType = msgspec.UNSET
    """Labelled verdicts of which samples were written; absent if the order asks for none."""

    def __add__(self, other: "Tried") -> "Tried":
        examples = sorted((*self.examples, *other.examples), key=lambda example: (-example.by, example.id))
        return Tried(
            verdicts=self.verdicts + other.verdicts,
            moved=summed(self.moved, other.moved),
            bands_before=summed(self.bands_before, other.bands_before),
            bands_after=summed(self.bands_after, other.bands_after),
            rules_before=_most(summed(self.rules_before, other.rules_before)),
            rules_after=_most(summed(self.rules_after, other.rules_after)),
            examples=tuple(examples[:EXAMPLES]),
            kept=self.kept + other.kept,
            rebuilt=self.rebuilt + other.rebuilt,
            without_facts=self.without_facts + other.without_facts,
            differing=self.differing + other.differing,
            rebuilt_differing=self.rebuilt_differing + other.rebuilt_differing,
            labels=summed(self.labels, other.labels),
            sampled=_sampled(self.sampled, other.sampled),
        )


class TrialState(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a trial: the orchestration's input and its output."""

    order: Reanalysis
    phase: Literal["trying", "done", "stopped"] = "trying"
    after: str = ""
    """The path of the last window that was tried."""
    windows: int = 0
    left_out: int = 0
    """Windows whose analysis has not ended, or whose verdicts somebody has altered."""
    tried: Tried = Tried()

    @property
    def page(self) -> WindowsPage:
        """The windows that come next."""
        return WindowsPage(self.order, self.after)

    @property
    def progress(self) -> "TrialProgress":
        """As much of it as a custom status may hold, which has 16 KB."""
        return TrialProgress(self.order, self.phase, self.windows, self.tried.verdicts)

    def tried_more(self, tried: Tried) -> "TrialState":
        """With a window that was tried."""
        return msgspec.structs.replace(self, windows=self.windows + 1, tried=self.tried + tried)

    def past(self, page: FoundWindows) -> "TrialState":
        """After a page that was tried."""
        left_out = self.left_out + page.counted.busy + page.counted.damaged
        phase = self.phase if page.next else "done"
        return msgspec.structs.replace(self, after=page.next, phase=phase, left_out=left_out)

    def stopped(self) -> "TrialState":
        """Ended by somebody, between two windows."""
        return msgspec.structs.replace(self, phase="stopped")


class TrialProgress(msgspec.Struct, frozen=True):
    """The windows and verdicts that a trial has come to."""

    order: Reanalysis
    phase: str
    windows: int
    verdicts: int


def _sampled(first: Sampled | msgspec.UnsetType, second: Sampled | msgspec.UnsetType) -> Sampled | msgspec.UnsetType:
    if first is msgspec.UNSET:
        return second
    return first if second is msgspec.UNSET else first + second


def _most(counts: dict[str, int]) -> dict[str, int]:
    if len(counts) <= MOST_RULES:
        return counts
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_RULES]
    return dict(sorted(most))
