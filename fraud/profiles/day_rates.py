"""The shares in which rules held among a day's flagged contents, counted from the evidence on them."""

from collections.abc import Container, Iterable, Mapping

from fraud.evidence import NO_KEPT_RATES, Evidence, EvidencePart, KeptRates
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet


class DayRates:
    """Counts for each set whose weights are measured, by its name."""

    def __init__(self, sets: Mapping[str, RuleSet]) -> None:
        self._sets = {name: rules for name, rules in sets.items() if rules.definition.measured}
        self._today = {name: Rates() for name in self._sets}

    def add(self, parts: Iterable[EvidencePart], named: Container[str]) -> None:
        """Count the contents of a window that arrived in it: each once, as its verdict names it.

        What no verdict names is of another hand, or was judged anew. What was judged without profiles tells nothing of
        what is usual, and is left out, too.
        """
        entries: dict[str, Evidence] = {}
        for part in parts:
            for entry in part.entries:
                digest = entry.digest(part.profile_day)
                if digest not in named:
                    digest = entry.former_digest(part.profile_day)
                entries[digest] = entry
        for entry in (entry for digest, entry in entries.items() if digest in named):
            if entry.in_window and entry.facts.get("profiles.days"):
                for name, rules in self._sets.items():
                    self._today[name].add(rules.held(entry.facts))

    def after(self, before: Mapping[str, KeptRates]) -> dict[str, KeptRates]:
        """The rates up to the day, from those up to the day before."""
        return {
            name: KeptRates.of(before.get(name, NO_KEPT_RATES).rates.after(today))
            for name, today in self._today.items()
        }
