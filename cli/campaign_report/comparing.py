"""Compare reports of campaigns: what is better or worse than before, beyond the noise of repeated runs."""

from pathlib import Path
from typing import Literal

import msgspec

from fraud.load.latencies import Quantiles
from fraud.load.report import CampaignReport

Direction = Literal["better", "worse", "same"]
_NOISE_SHARE = 0.1
"""Of a value that varies, beyond what the earlier runs varied by themselves."""
_NOISE_SECONDS = 2.0
"""Cosmos tells the time of a write to the second below, at either end."""


class ReportFileError(Exception):
    """A file that is not a campaign's report."""


class Measure(msgspec.Struct, frozen=True):
    """A number to compare: `noise` is what it may differ by; more is better or worse."""

    value: float
    more_is_better: bool
    noise: float


class ComparedNumber(msgspec.Struct, frozen=True):
    """A number of a report beside the lowest and the highest of the earlier ones."""

    name: str
    value: float
    lowest: float
    highest: float
    change: Direction


def read_report(file: Path) -> CampaignReport:
    """The report in a file. Raises ReportFileError."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=CampaignReport)
    except OSError as error:
        raise ReportFileError(f"{file}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportFileError(f"{file}: not the report.json of a campaign: {error}") from error


def compare(report: CampaignReport, earlier: list[CampaignReport]) -> list[ComparedNumber]:
    """Each number that the report and all of the earlier ones have."""
    measures, before = _measures(report), [_measures(other) for other in earlier]
    return [
        _comparison(name, measure, [other[name].value for other in before])
        for name, measure in measures.items()
        if all(name in other for other in before)
    ]


def _comparison(name: str, measure: Measure, before: list[float]) -> ComparedNumber:
    lowest, highest = min(before), max(before)
    change: Direction = "same"
    if measure.value > highest + measure.noise:
        change = "better" if measure.more_is_better else "worse"
    elif measure.value < lowest - measure.noise:
        change = "worse" if measure.more_is_better else "better"
    return ComparedNumber(name, measure.value, lowest, highest, change)


def _measures(report: CampaignReport) -> dict[str, Measure]:
    sending, outcome = report.sending, report.outcome
    seconds = (report.ended - report.started).total_seconds()
    rate = sending.accepted / seconds if seconds else 0.0
    measures = {
        "events per second": Measure(rate, True, rate * _NOISE_SHARE),
        "seconds behind": _latency(sending.most_behind_seconds),
        "lost": Measure(outcome.lost, False, 0),
        "doubled": Measure(outcome.doubled, False, 0),
        "unresolved": Measure(outcome.unresolved, False, 0),
    }
    for name, value in (("recall", outcome.recall), ("precision", outcome.precision)):
        if value is not None:
            measures[name] = Measure(value, True, 0)
    for name, quantiles in (
        ("send to archive", report.latencies.send_to_archive),
        ("send to window", report.latencies.send_to_window),
        ("window to verdict", report.latencies.window_to_verdict),
    ):
        measures |= _quantiles(name, quantiles)
    return measures


def _quantiles(name: str, quantiles: Quantiles | None) -> dict[str, Measure]:
    if quantiles is None:
        return {}
    return {f"{name} {share}": _latency(getattr(quantiles, share)) for share in ("p50", "p95", "p99", "max")}


def _latency(seconds: float) -> Measure:
    return Measure(seconds, False, max(_NOISE_SECONDS, seconds * _NOISE_SHARE))
