"""The share of fraud that the rules find in worlds in which it is known, beside other judges.

python -m benchmarks.fraud_worlds                        five normal and five hard worlds that no tuning saw
python -m benchmarks.fraud_worlds --tune [--rules SET]   worlds for tuning: they lack what is held out

The rules judge through `detective rules replay`. All figures go to `.local/fraud-worlds.json`.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from benchmarks.labelled.comparing import RuleFigures, WorldFigures, judge_world, references
from benchmarks.labelled.showing import show_worlds
from benchmarks.rows import Row, alone
from cli.rules.ranking import mean_and_spread
from fraud.rules.shipped import FOR_FILES, shipped
from worlds import Difficulty, WorldPlan
from worlds.scenarios import EVASIVE, FRAUDS, HELD_OUT

RESULT = Path(__file__).parents[1] / ".local" / "fraud-worlds.json"
JUDGED_SEEDS = (9_701, 9_702, 9_703, 9_704, 9_705)
LEARNING_SEEDS = (9_001, 9_002)
TUNING_SEEDS = (1, 2)

_SEED_SET = "seed"


def measure(difficulties: Sequence[Difficulty] = get_args(Difficulty)) -> list[Row]:
    """Judge fresh worlds by every rule set; rows for the one that judges files, and for the worlds."""
    figures = {difficulty: _fresh(difficulty) for difficulty in difficulties}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    return [row for difficulty, worlds in figures.items() for row in _rows(difficulty, worlds)]


def tune(rules: str | None, seeds: Sequence[int], difficulty: Difficulty) -> None:
    """Show the figures of one rule set on worlds for tuning."""
    plans = [WorldPlan(seed=seed, difficulty=difficulty, cast="tuning") for seed in seeds]
    name = rules or FOR_FILES.definition.name
    show_worlds(f"tuning, {difficulty}", [judge_world(plan, {name: rules}, learned=None) for plan in plans])


def _fresh(difficulty: Difficulty) -> list[WorldFigures]:
    learned = references([WorldPlan(seed=seed, difficulty=difficulty) for seed in LEARNING_SEEDS])
    sets: dict[str, str | None] = {name: name for name in shipped()}
    plans = [WorldPlan(seed=seed, difficulty=difficulty) for seed in JUDGED_SEEDS]
    worlds = [judge_world(plan, sets, learned) for plan in plans]
    show_worlds(difficulty, worlds)
    return worlds


def _rows(difficulty: str, worlds: Sequence[WorldFigures]) -> list[Row]:
    judged = [world.rules[FOR_FILES.definition.name] for world in worlds]

    def row(name: str, bound: str, figures: Sequence[float]) -> Row:
        mean, spread = mean_and_spread(figures)
        return alone(f"fraud, {difficulty} worlds: {name}", "share", mean, f"±{spread:.3f}; {bound}")

    is_normal = difficulty == "normal"
    rankings: list[tuple[str, str, Callable[[RuleFigures], float]]] = [
        ("AUC", "at least 0.92" if is_normal else "at least 0.88", lambda its: its.ranking.auc),
        ("AP", "at least 0.75" if is_normal else "at least 0.65", lambda its: its.ranking.average_precision),
        ("precision at 50 a day", "at least 0.85, normal", lambda its: its.ranking.precision_at_50_a_day),
        ("fraud in high", "at least 0.75, normal", lambda its: its.bands.fraud_in_high),
        ("precision of high", "at least 0.65, normal", lambda its: its.bands.precision_of_high),
        ("fraud in low", "at most 0.05, normal", lambda its: its.bands.fraud_in_low),
        ("look-alikes in high", "at most 0.10", lambda its: its.bands.lookalikes_in_high),
    ]
    rows = [row(name, bound, list(map(figure, judged))) for name, bound, figure in rankings]
    told = [name for name in FRAUDS if name not in HELD_OUT | EVASIVE]
    rows.append(row("rings with one in high", "at least 0.80", [_rings(its, told) for its in judged]))
    friendly, reference = (
        [_rings(of_world, ["friendly_fraud"]) for of_world in of_worlds]
        for of_worlds in (judged, [world.reference[FOR_FILES.definition.name] for world in worlds])
    )
    bound = f"at least 0.80; boosting on all context with as many in high: {mean_and_spread(reference)[0]:.3f}"
    rows.append(row("rings of friendly fraud, one in high", bound, friendly))
    unseen = [name for name in FRAUDS if name in HELD_OUT]
    rows.append(row("rings held out, one in high", "at least 0.80", [_rings(its, unseen) for its in judged]))
    for name, ranked in (
        ("AUC of chance", "chance"),
        ("AUC of the discount alone", "discount alone"),
        ("AUC of the amount alone", "amount alone"),
        ("AUC of boosting on own fields", "boosting on own fields"),
        ("AUC of boosting on all context", "boosting on all context"),
    ):
        bound = "at most 0.72 where normal" if "own" in name else "a reference"
        rows.append(row(name, bound, [world.beside[ranked].auc for world in worlds]))
    first = [world.rules[_SEED_SET].ranking.auc for world in worlds]
    rows.append(row("AUC of the first rules", "below 0.55 where normal", first))
    rows.append(row("fraud never flagged", "the filter's own", [world.never_flagged for world in worlds]))
    return rows


def _rings(its: RuleFigures, names: Sequence[str]) -> float:
    scenarios = [its.scenarios[name] for name in names if name in its.scenarios]
    return sum(figures.rings_in_high for figures in scenarios) / sum(figures.rings for figures in scenarios)


def main() -> None:
    """Read the options and measure."""
    description = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fraud_worlds", description=description)
    parser.add_argument("--tune", action="store_true", help="judge worlds for tuning only")
    parser.add_argument("--rules", metavar="SET", help="with --tune: a rule file or the name of a set")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(TUNING_SEEDS), metavar="N", help="with --tune")
    difficulties = get_args(Difficulty)
    parser.add_argument("--difficulty", choices=difficulties, help="only this one (default: both; --tune: normal)")
    options = parser.parse_args()
    if not options.tune:
        measure((options.difficulty,) if options.difficulty else difficulties)
        return
    if set(options.seeds) & {*JUDGED_SEEDS, *LEARNING_SEEDS}:
        parser.error("these seeds are for judging")
    tune(options.rules, options.seeds, options.difficulty or "normal")


if __name__ == "__main__":
    main()
