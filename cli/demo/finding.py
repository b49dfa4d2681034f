"""Hold the verdicts on an evening against its labels, which nothing else of the demo has seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from cli.demo.evening import IdTruth
from fraud.load.report import IdVerdict
from fraud.verdicts import Band


class ScenarioFound(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario of fraud: its rings and sales that were sent, and the band in which each sale ended.

    A ring is found if one of its sales is high. `never_flagged` are those in which the stream job sees nothing.
    """

    scenario: str
    rings: int
    rings_found: int
    high: int
    medium: int
    low: int
    never_flagged: int

    @property
    def sales(self) -> int:
        """All of them."""
        return self.high + self.medium + self.low + self.never_flagged


class FoundByScenario(msgspec.Struct, frozen=True, kw_only=True):
    """All scenarios, those with most sales first, and the innocent by band."""

    scenarios: tuple[ScenarioFound, ...]
    innocent: dict[str, int]

    def share_of_fraud(self, *bands: Band) -> float | None:
        """Precision of some bands: their share of fraud; None if they are empty."""
        fraud = self._in(*bands)
        return _share(fraud, fraud + sum(self.innocent.get(band, 0) for band in bands))

    def share_found(self, *bands: Band) -> float | None:
        """Recall of some bands: their share of the fraud that was flagged; None without any."""
        return _share(self._in(*bands), self._in("high", "medium", "low"))

    @property
    def fraud_sales(self) -> int:
        """All fraudulent sales."""
        return sum(its.sales for its in self.scenarios)

    @property
    def never_flagged(self) -> int:
        """The fraudulent sales that the stream job does not flag."""
        return sum(its.never_flagged for its in self.scenarios)

    def _in(self, *bands: Band) -> int:
        return sum(getattr(its, band) for its in self.scenarios for band in bands)


def find(truth: Mapping[str, IdTruth], verdicts: Iterable[IdVerdict]) -> FoundByScenario:
    """The finding. A flagged id without a verdict counts as low: nobody was told of it."""
    bands = {verdict.event_id: verdict.band for verdict in verdicts}
    of_scenario: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    innocent: defaultdict[str, int] = defaultdict(int)
    for event_id, its in truth.items():
        band = bands.get(event_id, "low")
        band = "low" if band == "unresolved" else band
        if its.is_fraud:
            of_scenario[its.scenario].append((its.ring, band if its.is_flagged else "never_flagged"))
        elif its.is_flagged:
            innocent[band] += 1
    scenarios = [_found(name, sales) for name, sales in of_scenario.items()]
    return FoundByScenario(
        scenarios=tuple(sorted(scenarios, key=lambda its: (-its.sales, its.scenario))), innocent=dict(innocent)
    )


def _found(name: str, sales: list[tuple[str, str]]) -> ScenarioFound:
    counts = {band: sum(its == band for _, its in sales) for band in ("high", "medium", "low", "never_flagged")}
    return ScenarioFound(
        scenario=name,
        rings=len({ring for ring, _ in sales}),
        rings_found=len({ring for ring, band in sales if band == "high"}),
        **counts,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
