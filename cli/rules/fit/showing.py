"""The outcome of a fit, for people and for scripts."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.table import Table

from cli.rules.fit.windows import LabelledRange
from cli.screen import console, plain, print_json, say, say_wrapped

WINDOWS = "windows"
"""The world that the app's windows are."""
_SHOWN = 10


class Quality(msgspec.Struct, frozen=True):
    """The figures of a set in a world. `fraud_in_high` and `precision_of_high` are shares, 0 to 1; None of nothing."""

    auc: float
    average_precision: float
    fraud_in_high: float
    precision_of_high: float | None


class FittedWorld(msgspec.Struct, frozen=True):
    """A world before and after; `learned` if the weights come from it, and not only their figures."""

    events: str
    learned: bool
    flagged: int
    fraud: int
    before: Quality
    after: Quality


class ChangedWeights(msgspec.Struct, frozen=True):
    """The weights of a rule, for each step."""

    rule: str
    before: tuple[int, ...]
    after: tuple[int, ...]


class Fit(msgspec.Struct, frozen=True):
    """A set before, and as it was written. `changed` has the rules whose weights differ, the largest change first."""

    before: str
    after: str
    file: str
    worlds: tuple[FittedWorld, ...]
    changed: tuple[ChangedWeights, ...]
    windows: LabelledRange | None = None
    """The windows of the app among the worlds."""


def show_fit(fit: Fit, *, as_json: bool) -> None:
    """Print what a fit has done: the figures before and after, the rules whose weights moved most, what to do next."""
    if as_json:
        print_json(msgspec.to_builtins(fit))
        return
    say(f"{fit.after} in {fit.file}, from {fit.before}")
    if fit.windows:
        _say_windows(fit.windows, is_measured=_has_unseen(fit))
    table = Table("world", "AUC", "AP", "fraud in high", "precision of it", box=None, pad_edge=False)
    for world in fit.worlds:
        name = plain(Path(world.events).name) + ("" if world.learned else ", unseen")
        pairs = [(getattr(world.before, figure), getattr(world.after, figure)) for figure in Quality.__struct_fields__]
        table.add_row(
            name, *(f"{_share(old, index)} -> {_share(new, index)}" for index, (old, new) in enumerate(pairs))
        )
    console.print(table, markup=False)
    for change in fit.changed[:_SHOWN]:
        say(f"{change.rule}: {_points(change.before)} -> {_points(change.after)}")
    if len(fit.changed) > _SHOWN:
        say(f"and {len(fit.changed) - _SHOWN} more rules, by less")
    say_wrapped("labels are no more than they say: try it over windows, and in the shadow, before it judges")
    if fit.windows:
        say(f"  detective rules try {fit.file} --last 30d")
        say("then deploy it as a set of the app (docs/changing.md), and")
        say("  detective rules shadow SET --why TEXT")
        say("  detective rules activate SET --why TEXT")


def _say_windows(windows: LabelledRange, *, is_measured: bool) -> None:
    span = f"{windows.start:%Y-%m-%dT%H:%MZ} to {windows.end:%Y-%m-%dT%H:%MZ}"
    say(f"windows: {windows.windows:,} that ended from {span}")
    say(f"  {windows.labelled:,} of {windows.verdicts:,} verdicts are labelled, {windows.fraud:,} of them on fraud")
    of_others = "unseen" if is_measured else "too few to measure"
    say(f"  the {windows.held_out:,} of every fourth customer are not learned from: {of_others}")
    if windows.phase != "done":
        say(f"  the trial was {windows.phase}: these are the windows that it had come to")


def _has_unseen(fit: Fit) -> bool:
    return any(world.events == WINDOWS and not world.learned for world in fit.worlds)


def _share(figure: float | None, index: int) -> str:
    if figure is None:
        return "-"
    return f"{figure:.3f}" if index < 2 else f"{figure:.0%}"


def _points(weights: Sequence[int]) -> str:
    return ", ".join(map(str, weights))
