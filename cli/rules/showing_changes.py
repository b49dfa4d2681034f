"""The changes between two judgements on the screen."""

from collections.abc import Iterable

import msgspec
from rich.table import Column, Table

from cli.rules.comparing import Changes, Comparison
from cli.screen import console, plain, print_json, say, say_wrapped
from fraud.desk.plurals import counted
from fraud.verdicts import BANDS


def show_changes(seen: Changes, *, as_json: bool) -> None:
    """Print the changes, as tables or as JSON."""
    if as_json:
        print_json(msgspec.to_builtins(seen))
        return
    say(f"from {seen.before or 'nothing'} to {seen.after or 'nothing'}: {counted(seen.verdicts, 'verdict')} in both")
    if seen.only_before or seen.only_after:
        say(f"{seen.only_before:,} only before, {seen.only_after:,} only after")
    _counts("band", {*seen.bands_before, *seen.bands_after}, seen.bands_before, seen.bands_after)
    rules = {*seen.rules_before, *seen.rules_after}
    changed = {name for name in rules if seen.rules_before.get(name) != seen.rules_after.get(name)}
    if changed:
        _counts("rule", changed, seen.rules_before, seen.rules_after)
    if alike := len(rules) - len(changed):
        say(f"{counted(alike, 'rule')} in as many verdicts as before")
    if seen.truth:
        _truth(seen.truth)
    for change, number in seen.moved.items():
        say(f"{number:,} {change}")
    for example in seen.examples:
        rules = ", ".join(example.rules[:4])
        text = f"{example.id} ({example.window_end}): {example.before} -> {example.after}, {rules}"
        say_wrapped(text, indent=6)


def _truth(truth: Comparison) -> None:
    columns = map(_numbers, ("precision before", "after", "recall before", "after"))
    table = Table("by the labels", *columns, box=None, pad_edge=False)
    for old, new in zip(truth.before, truth.after, strict=True):
        table.add_row(old.band, *map(_share, (old.precision, new.precision, old.recall, new.recall)))
    console.print(table, markup=False)
    say_wrapped(
        f"recall is of the fraud that was judged; of {truth.fraud_sales:,} fraudulent sales the stream job"
        f" never flagged {truth.never_flagged:,}, and no rule saw them"
    )


def _numbers(heading: str) -> Column:
    return Column(heading, justify="right")


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _place(name: str) -> tuple[bool, int, str]:
    """Bands come from the worst to the best, rules by their names."""
    is_band = name in BANDS
    return not is_band, BANDS.index(name) if is_band else 0, name


def _counts(what: str, names: Iterable[str], before: dict[str, int], after: dict[str, int]) -> None:
    table = Table(what, *map(_numbers, ("before", "after")), box=None, pad_edge=False)
    for name in sorted(names, key=_place):
        table.add_row(plain(name), f"{before.get(name, 0):,}", f"{after.get(name, 0):,}")
    console.print(table, markup=False)
