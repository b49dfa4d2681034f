"""Tables of what was measured on labelled worlds, at most 80 columns wide."""

from collections.abc import Callable, Iterable, Sequence

from rich.console import Console

from benchmarks.labelled.comparing import RuleFigures, WorldFigures
from benchmarks.labelled.figures import Bands, Ranking, ScenarioFigures
from cli.rules.ranking import mean_and_spread
from worlds.scenarios import FRAUDS, HELD_OUT, LOOKALIKES

_console = Console(highlight=False, width=80)


def show_worlds(title: str, worlds: Sequence[WorldFigures]) -> None:
    """The means over the worlds, with their spread: every judge, then each rule set by scenario."""
    _console.print(f"\n[bold]{title}[/]: {len(worlds)} worlds, mean and spread")
    _line("flagged, judged", [world.flagged for world in worlds], digits=0)
    _line("fraud in what is flagged", [world.fraud_share for world in worlds])
    _line("fraudulent sales never flagged", [world.never_flagged for world in worlds])
    _console.print(f"\n  {'':32}{'AUC':>13}{'AP':>15}{'P at 50/day':>15}")
    for name in worlds[0].beside:
        _ranking(name, [world.beside[name] for world in worlds])
    for name in worlds[0].rules:
        _ranking(f"rules: {name}", [world.rules[name].ranking for world in worlds])
    for name in worlds[0].rules:
        _rules(name, [world.rules[name] for world in worlds])


def _ranking(name: str, rankings: Sequence[Ranking]) -> None:
    columns: list[Callable[[Ranking], float]] = [
        lambda its: its.auc,
        lambda its: its.average_precision,
        lambda its: its.precision_at_50_a_day,
    ]
    _console.print(f"  {name:32}" + "  ".join(f"{_figure(map(column, rankings)):>13}" for column in columns))


def _rules(name: str, worlds: Sequence[RuleFigures]) -> None:
    _console.print(f"\n  [bold]rules: {name}[/]")
    lines: dict[str, Callable[[Bands], float]] = {
        "fraud in high": lambda its: its.fraud_in_high,
        "precision of high": lambda its: its.precision_of_high,
        "fraud in low": lambda its: its.fraud_in_low,
        "look-alikes in high": lambda its: its.lookalikes_in_high,
    }
    for text, figure in lines.items():
        _line(text, [figure(world.bands) for world in worlds])
    _console.print(f"\n  {'':24}{'flagged':>9}{'high':>7}{'low':>7}{'AUC':>7}{'rings':>8}{'with high':>11}")
    for title, names in (("fraud", FRAUDS), ("innocent", LOOKALIKES)):
        _scenarios(title, [scenario for scenario in names if scenario not in HELD_OUT], worlds)
        _scenarios(f"{title}, held out", [scenario for scenario in names if scenario in HELD_OUT], worlds)


def _scenarios(title: str, names: Sequence[str], worlds: Sequence[RuleFigures]) -> None:
    present = [name for name in names if any(name in world.scenarios for world in worlds)]
    if present:
        _console.print(f"  [dim]{title}[/]")
    for name in present:
        its = [world.scenarios[name] for world in worlds if name in world.scenarios]
        flagged = sum(figures.flagged for figures in its)
        rings, high_rings = sum(figures.rings for figures in its), sum(figures.rings_in_high for figures in its)
        high, low = sum(figures.in_high for figures in its) / flagged, sum(figures.in_low for figures in its) / flagged
        text = f"  {name:24}{flagged:>9,}{high:>7.0%}{low:>7.0%}{_auc(its):>7}{rings:>8}"
        _console.print(f"{text}{high_rings / rings:>11.0%}" if rings > 1 else text)


def _auc(its: Sequence[ScenarioFigures]) -> str:
    known_aucs = [figures.auc for figures in its if figures.auc is not None]
    return f"{mean_and_spread(known_aucs)[0]:.3f}" if known_aucs else ""


def _line(text: str, figures: Sequence[float], digits: int = 3) -> None:
    _console.print(f"  {text:32}{_figure(figures, digits):>13}")


def _figure(figures: Iterable[float], digits: int = 3) -> str:
    mean, spread = mean_and_spread(figures)
    return f"{mean:,.{digits}f} ±{spread:.{digits}f}"
