"""A re-analysis as data: what its orchestration and its activities hand to one another. Pure."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from fraud.analysis import WindowSummary
from fraud.verdicts import Band

INSTANCE = "reanalysis"
"""The id of the orchestration's instance. There is one id, and an id has one instance that runs: one at a time."""
WINDOWS_PER_PAGE = 40
"""Windows that one activity lists and reads: bounds its time and the size of what it gives."""

ReanalysisPhase = Literal["counting", "counted", "refused", "judging", "done", "stopped"]
"""`counted` is the end of one that was not confirmed, `refused` of one whose count is not the confirmed one."""
SampledVerdicts = Literal["labelled", "all"]
"""Those that an outcome or a decision tells of; or all, of which the others count as innocent."""
ENDED: tuple[ReanalysisPhase, ...] = ("counted", "refused", "done", "stopped")


class Reanalysis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The windows that end in [start, end], all of them or by store, band or name, and the set that judges them again.

    Without `confirm` it is only counted. With it, it begins if there are just so many verdicts.
    """

    id: str
    """Names its evidence, its work and its record: `again-20260102T101000Z-1f3a5c7e`."""
    start: datetime
    end: datetime
    rules: str
    """The id of the rule set."""
    who: str
    why: str
    store: str | None = None
    band: Band | None = None
    """Windows with a verdict of this band; they are judged whole, as their case is one."""
    window: str | None = None
    confirm: int | None = None
    samples: SampledVerdicts | None = None
    """Verdicts of which a trial writes samples to fit weights to; without it, of none."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The windows that would be judged again, with their verdicts by band.

    `busy` are left out because their analysis has not ended, `damaged` because somebody has altered their verdicts
    beyond reading: a repair comes first.
    """

    windows: int = 0
    verdicts: int = 0
    bands: dict[str, int] = {}
    busy: int = 0
    damaged: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            windows=self.windows + other.windows,
            verdicts=self.verdicts + other.verdicts,
            bands=summed(self.bands, other.bands),
            busy=self.busy + other.busy,
            damaged=self.damaged + other.damaged,
        )


class WindowsPage(msgspec.Struct, frozen=True):
    """A page of the windows of a re-analysis, from the latest on; `after` is the last path of the page before."""

    order: Reanalysis
    after: str = ""


class FoundWindows(msgspec.Struct, frozen=True, kw_only=True):
    """The paths of a page's verdicts in `fraud-events`, and their count. `next` is its last path; empty at the end."""

    paths: tuple[str, ...]
    counted: Counted
    next: str


class WindowAgain(msgspec.Struct, frozen=True):
    """A window to be judged again, by the path of its verdicts."""

    order: Reanalysis
    path: str


class WindowJudged(msgspec.Struct, frozen=True, kw_only=True):
    """A window that was judged again. `moved` counts verdicts by `band before -> band after`.

    `left` are ids that keep their verdicts of before, because fewer contents are found now. `told` is the window's new
    summary if its verdicts have changed. Without `windows` it was left out: its verdicts are gone, or altered.
    """

    windows: int = 1
    verdicts: int = 0
    moved: dict[str, int] = {}
    left: int = 0
    told: WindowSummary | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The windows that were judged again. `changed` have other verdicts now, `worse` among them a worse band.

    `untold` are alerts that nobody took: the next reconciliation names their windows.
    """

    windows: int = 0
    verdicts: int = 0
    changed: int = 0
    worse: int = 0
    left: int = 0
    untold: int = 0
    moved: dict[str, int] = {}

    def after(self, judged: WindowJudged, *, untold: int) -> "Done":
        """With one more window."""
        return Done(
            windows=self.windows + judged.windows,
            verdicts=self.verdicts + judged.verdicts,
            changed=self.changed + (judged.told is not None),
            worse=self.worse + (judged.told is not None and not judged.told.quiet),
            left=self.left + judged.left,
            untold=self.untold + untold,
            moved=summed(self.moved, judged.moved),
        )


class ReanalysisState(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a re-analysis: the orchestration's input, its custom status, and its output."""

    order: Reanalysis
    phase: ReanalysisPhase = "counting"
    after: str = ""
    """The path of the last window that was counted, or judged again."""
    counted: Counted = Counted()
    done: Done = Done()

    @property
    def page(self) -> WindowsPage:
        """The windows that come next."""
        return WindowsPage(self.order, self.after)

    def counted_more(self, page: FoundWindows) -> "ReanalysisState":
        """With a page that was counted; after the last one, on to judging or to the end."""
        state = msgspec.structs.replace(self, counted=self.counted + page.counted, after=page.next)
        if page.next:
            return state
        return msgspec.structs.replace(state, phase=state._phase_of_count())

    def _phase_of_count(self) -> ReanalysisPhase:
        if self.order.confirm is None:
            return "counted"
        return "judging" if self.order.confirm == self.counted.verdicts else "refused"

    def judged_more(self, judged: WindowJudged, *, untold: int) -> "ReanalysisState":
        """With a window that was judged again."""
        return msgspec.structs.replace(self, done=self.done.after(judged, untold=untold))

    def past(self, page: FoundWindows) -> "ReanalysisState":
        """After a page that was judged again."""
        return msgspec.structs.replace(self, after=page.next, phase=self.phase if page.next else "done")

    def stopped(self) -> "ReanalysisState":
        """Ended by somebody, between two windows."""
        return msgspec.structs.replace(self, phase="stopped")


def summed(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Both counts together, by name."""
    return dict(sorted((Counter(first) + Counter(second)).items()))
