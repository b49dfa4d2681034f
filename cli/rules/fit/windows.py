"""Labelled verdicts of the app to fit weights to: a trial over its windows writes them, and they are read here."""

import argparse
from collections.abc import Sequence
from datetime import datetime

import msgspec

from cli.app_client import AppClient, AppError, app_of, read_as
from cli.rules.fit.samples import Samples, as_arrays
from cli.rules.trials import add_who, add_windows, span_of, tried
from fraud.desk.paging import Page
from fraud.reanalysis.messages import SampledVerdicts
from fraud.reanalysis.samples import PARTS, Sampled, StepBounds, WindowSamples
from fraud.reanalysis.trial import TrialState
from fraud.rules.rule_set import RuleSet
from fraud.rules.sampling import slots_of
from fraud.rules.shipped import FOR_FILES

LEAST = 20
"""Frauds, and innocents, without which nothing is fitted: fewer say next to nothing of some fifty weights."""
_UNSEEN = 0
"""The part of the customers from whom nothing is learned."""
_PAGE = "100"


class LabelledRange(msgspec.Struct, frozen=True, kw_only=True):
    """The windows that were learned from, and their verdicts: all, those whose truth is known, and those on fraud."""

    trial: str
    phase: str
    start: datetime
    end: datetime
    windows: int
    verdicts: int
    labelled: int
    fraud: int
    held_out: int
    """Labelled verdicts of the customers from whom nothing is learned."""


class LabelledWindows(msgspec.Struct, frozen=True):
    """The samples of a range: those to learn from, and those of the other customers; None if these cannot be ranked."""

    range: LabelledRange
    learned: Samples
    unseen: Samples | None


def add_labelled_windows(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which windows of the app, and what counts as a label."""
    add_windows(parser, by_name=False)
    text = (
        "count as innocent what has neither an outcome nor a decision: right if the outcomes, such as chargebacks, are "
        "complete for these windows"
    )
    parser.add_argument("--rest", choices=["legitimate"], help=text)
    add_who(parser, "a fit")


def are_asked_for(options: argparse.Namespace) -> bool:
    """True if the options name windows of the app. Raises AppError if they say something of windows that go unnamed."""
    if options.last is None and options.start is None and (options.end or options.rest):
        raise AppError("--to and --rest are about windows of the app: say --last or --from too")
    return options.last is not None or options.start is not None


def labelled_windows(options: argparse.Namespace, rules: RuleSet) -> LabelledWindows:
    """Have the app judge windows with a set, and read what it says of labelled verdicts. Raises AppError."""
    app, wanted = app_of(options), _wanted(options)
    order: dict[str, object] = {"why": options.why, "samples": wanted, **span_of(app, options)}
    state = tried(app, options.rules or FOR_FILES.definition.name, order, options.actor)
    if state.order.rules != rules.id:
        raise AppError(f"the app has another version of it, {state.order.rules}: name a file, which is sent to the app")
    sampled = state.tried.sampled or Sampled()
    windows = _read(app, state.order.id) if sampled.verdicts else []
    if _counted(windows) != sampled:
        raise AppError("another fit has deleted the samples of this one, or somebody has altered them: fit again")
    _refuse_too_few(sampled, wanted)
    learned = samples_in(rules, windows, [part for part in range(PARTS) if part != _UNSEEN])
    unseen = samples_in(rules, windows, [_UNSEEN])
    if not _can_be_ranked(learned):
        raise AppError("all frauds, or all innocents, are of customers who are held out: label more verdicts")
    return LabelledWindows(
        _range(state, sampled, len(unseen.is_fraud)), learned, unseen if _can_be_ranked(unseen) else None
    )


def samples_in(rules: RuleSet, windows: Sequence[WindowSamples], parts: Sequence[int]) -> Samples:
    """The samples of the customers in some parts, as arrays. Raises AppError for what is not of this set."""
    if not all(_is_of(rules, window) for window in windows):
        raise AppError(f"the samples of the app are not of the set {rules.id}: fit again")
    # Windows of one day have equal bounds.
    days = dict[StepBounds, int]()
    chosen = [
        (days.setdefault(window.bounds[sample.day], len(days)), sample)
        for window in windows
        for sample in window.samples
        if sample.part in parts
    ]
    return as_arrays(
        rules,
        [sample.held for _, sample in chosen],
        [day for day, _ in chosen],
        [dict(bounds) for bounds in days],
        [sample.fraud for _, sample in chosen],
    )


def _counted(windows: Sequence[WindowSamples]) -> Sampled:
    truths = [sample.fraud for window in windows for sample in window.samples]
    return Sampled(len(truths), sum(truths))


def _is_of(rules: RuleSet, window: WindowSamples) -> bool:
    """True if all that the samples of a window name is in the set."""
    steps = [len(slots) for slots in slots_of(rules)]
    return window.rules == rules.id and all(
        sample.day < len(window.bounds)
        and all(held.rule < len(steps) and held.step < steps[held.rule] for held in sample.held)
        for sample in window.samples
    )


def _can_be_ranked(samples: Samples) -> bool:
    return bool(samples.is_fraud.any() and not samples.is_fraud.all())


def _wanted(options: argparse.Namespace) -> SampledVerdicts:
    return "all" if options.rest else "labelled"


def _refuse_too_few(sampled: Sampled, wanted: SampledVerdicts) -> None:
    innocent = sampled.verdicts - sampled.fraud
    if sampled.fraud >= LEAST and innocent >= LEAST:
        return
    rest = "" if wanted == "all" else "; if they are complete, say --rest legitimate"
    raise AppError(
        f"{sampled.fraud:,} verdicts are known to be on fraud and {innocent:,} on the innocent, and {LEAST} of each "
        f"are needed: take a longer time, decide cases, or send outcomes (`detective outcomes FILE`){rest}"
    )


def _read(app: AppClient, trial: str) -> list[WindowSamples]:
    windows, token = list[WindowSamples](), {}
    while True:
        answer = app.query(f"api/rule-trials/{trial}/samples", limit=_PAGE, **token)
        page = read_as(Page[WindowSamples], answer, "a page of samples")
        windows += page.items
        if page.next is None:
            return windows
        token = {"token": page.next}


def _range(state: TrialState, sampled: Sampled, held_out: int) -> LabelledRange:
    return LabelledRange(
        trial=state.order.id,
        phase=state.phase,
        start=state.order.start,
        end=state.order.end,
        windows=state.windows,
        verdicts=state.tried.verdicts,
        labelled=sampled.verdicts,
        fraud=sampled.fraud,
        held_out=held_out,
    )
