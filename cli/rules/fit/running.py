"""`detective rules fit`: learn the weights of a set from labelled events, and write it as a file of its own."""

import argparse
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from rich.table import Table

from cli.app_client import AppError
from cli.rules.files import arrivals_of, judged, refuse_without_sales, rules_of, text_of
from cli.rules.fit.fitting import fitted, weights_of
from cli.rules.fit.rewriting import RewriteError, rewritten
from cli.rules.fit.samples import PointsArray, Samples, samples_of
from cli.rules.labels import truth_of
from cli.rules.ranking import auc, average_precision
from cli.screen import console, plain, print_json, say
from cli.writing import write_whole
from fraud.context.schema import KINDS
from fraud.rules.reading import read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import shipped

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


def run_fit(options: argparse.Namespace) -> int:
    """Fit a set and write it; show what that does to each world. Raises AppError."""
    rules = rules_of(options.rules)
    _refuse_to_spoil(options.out, [*chain.from_iterable(options.world + options.unseen)])
    if rules.definition.groups:
        raise AppError(f"{rules.id} bounds the points of groups together, and such a set cannot be fitted")
    unknown = sorted({*options.keep} - {rule.id for rule in rules.rules})
    if unknown:
        raise AppError(f"{rules.id} has no rule {', '.join(unknown)}")
    names = [(events, labels, True) for events, labels in options.world]
    names += [(events, labels, False) for events, labels in options.unseen]
    worlds = [_samples(rules, events, labels, options.history_days) for events, labels, _ in names]
    learned = [samples for samples, (_, _, is_learned) in zip(worlds, names, strict=True) if is_learned]
    weights = fitted(rules, learned, options.drawn, options.keep)
    try:
        text = rewritten(text_of(options.rules), weights)
    except RewriteError as error:
        raise AppError(f"{options.rules or rules.id}: {error}") from error
    after = read_rules(text, KINDS, options.out)
    write_whole(Path(options.out), [text.encode()])
    _show(
        Fit(
            before=rules.id,
            after=after.id,
            file=options.out,
            worlds=tuple(
                FittedWorld(
                    events=events,
                    learned=is_learned,
                    flagged=len(samples.is_fraud),
                    fraud=int(samples.is_fraud.sum()),
                    before=_quality(rules, samples, weights_of(rules)),
                    after=_quality(rules, samples, weights_of(after)),
                )
                for samples, (events, _, is_learned) in zip(worlds, names, strict=True)
            ),
            changed=_changed(rules, after),
        ),
        as_json=options.json,
    )
    return 0


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


def _show(fit: Fit, *, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.to_builtins(fit))
        return
    say(f"{fit.after} in {fit.file}, from {fit.before}")
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
    say("labels are no more than they say: try it over windows, and in the shadow, before it judges")


def _share(figure: float | None, index: int) -> str:
    if figure is None:
        return "-"
    return f"{figure:.3f}" if index < 2 else f"{figure:.0%}"


def _points(weights: Sequence[int]) -> str:
    return ", ".join(map(str, weights))
