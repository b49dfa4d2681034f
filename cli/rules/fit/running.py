"""`detective rules fit`: learn the weights of a set from labelled events, and write it as a file of its own."""

import argparse
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cli.app_client import AppError
from cli.rules.files import arrivals_of, judged, refuse_without_sales, rules_of, text_of
from cli.rules.fit.fitting import fitted, weights_of
from cli.rules.fit.rewriting import RewriteError, rewritten
from cli.rules.fit.samples import PointsArray, Samples, samples_of
from cli.rules.fit.showing import WINDOWS, ChangedWeights, Fit, FittedWorld, Quality, show_fit
from cli.rules.fit.windows import LabelledWindows, are_asked_for, labelled_windows
from cli.rules.labels import truth_of
from cli.rules.ranking import auc, average_precision
from cli.writing import write_whole
from fraud.context.schema import KINDS
from fraud.rules.reading import read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import shipped


class _World(NamedTuple):
    """Samples under the name of their world."""

    name: str
    is_learned: bool
    samples: Samples


def run_fit(options: argparse.Namespace) -> int:
    """Fit a set and write it; show what that does to each world. Raises AppError.

    Exit code 1 if somebody has stopped the trial over the windows of the app: the weights are of those that it came to.
    """
    rules = rules_of(options.rules)
    of_app = are_asked_for(options)
    if not of_app and not options.world:
        raise AppError("say what to learn from: --world EVENTS LABELS, or windows of the app by --last or --from")
    _refuse_to_spoil(options.out, [*chain.from_iterable(options.world + options.unseen)])
    if rules.definition.groups:
        raise AppError(f"{rules.id} bounds the points of groups together, and such a set cannot be fitted")
    unknown = sorted({*options.keep} - {rule.id for rule in rules.rules})
    if unknown:
        raise AppError(f"{rules.id} has no rule {', '.join(unknown)}")
    windows = labelled_windows(options, rules) if of_app else None
    worlds = _of_files(rules, options.world, options.history_days, is_learned=True)
    worlds += _of_windows(windows) if windows else []
    worlds += _of_files(rules, options.unseen, options.history_days, is_learned=False)
    weights = fitted(rules, [world.samples for world in worlds if world.is_learned], options.drawn, options.keep)
    try:
        text = rewritten(text_of(options.rules), weights)
    except RewriteError as error:
        raise AppError(f"{options.rules or rules.id}: {error}") from error
    after = read_rules(text, KINDS, options.out)
    write_whole(Path(options.out), [text.encode()])
    show_fit(
        Fit(
            before=rules.id,
            after=after.id,
            file=options.out,
            worlds=tuple(_fitted(world, rules, after) for world in worlds),
            changed=_changed(rules, after),
            windows=windows.range if windows else None,
        ),
        as_json=options.json,
    )
    return 0 if windows is None or windows.range.phase == "done" else 1


def _of_files(rules: RuleSet, files: Sequence[tuple[str, str]], history_days: int, *, is_learned: bool) -> list[_World]:
    return [_World(events, is_learned, _samples(rules, events, labels, history_days)) for events, labels in files]


def _of_windows(windows: LabelledWindows) -> list[_World]:
    """The verdicts that are learned from, and those of the customers who are held out."""
    unseen = [] if windows.unseen is None else [_World(WINDOWS, False, windows.unseen)]
    return [_World(WINDOWS, True, windows.learned), *unseen]


def _fitted(world: _World, before: RuleSet, after: RuleSet) -> FittedWorld:
    return FittedWorld(
        events=world.name,
        learned=world.is_learned,
        flagged=len(world.samples.is_fraud),
        fraud=int(world.samples.is_fraud.sum()),
        before=_quality(before, world.samples, weights_of(before)),
        after=_quality(before, world.samples, weights_of(after)),
    )


def _refuse_to_spoil(out: str, read: Sequence[str]) -> None:
    if out in shipped():
        raise AppError(
            f"--out {out}: so a set is called that comes with the app, and a file of that name is never read"
        )
    if Path(out).resolve() in [Path(name).resolve() for name in read]:
        raise AppError(f"--out {out}: events or labels are read from that file, and nothing is written over them")


def _samples(rules: RuleSet, events: str, labels: str, history_days: int) -> Samples:
    arrivals, _ = arrivals_of(events)
    refuse_without_sales(events, arrivals)
    truth = truth_of(labels, arrivals, history_days)
    results = judged(arrivals, rules, history_days)
    is_fraud = [truth.is_fraud(result.verdict) for result in results]
    if not any(is_fraud) or all(is_fraud):
        which = "no fraud" if not any(is_fraud) else "nothing but fraud"
        raise AppError(f"{events}: by its labels {which} was flagged: there is nothing to learn, or to measure")
    return samples_of(rules, results, is_fraud)


def _quality(rules: RuleSet, samples: Samples, weights: PointsArray) -> Quality:
    scores = samples.scores(weights)
    ranked = list(zip(scores.tolist(), samples.is_fraud.tolist(), strict=True))
    is_high = scores >= rules.bands.high
    return Quality(
        auc=auc(ranked),
        average_precision=average_precision(ranked),
        fraud_in_high=float(np.mean(is_high[samples.is_fraud])),
        precision_of_high=float(np.mean(samples.is_fraud[is_high])) if is_high.any() else None,
    )


def _changed(before: RuleSet, after: RuleSet) -> tuple[ChangedWeights, ...]:
    pairs = [
        ChangedWeights(old.id, *(tuple(step.weight for step in rule.steps) for rule in (old, new)))
        for old, new in zip(before.rules, after.rules, strict=True)
        if old.steps != new.steps
    ]
    return tuple(sorted(pairs, key=lambda pair: (-_distance(pair), pair.rule)))


def _distance(pair: ChangedWeights) -> int:
    return max(abs(new - old) for old, new in zip(pair.before, pair.after, strict=True))
