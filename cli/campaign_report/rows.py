"""The rows of a campaign's report, in words: what every format shows."""

from datetime import datetime

import msgspec

from fraud.load.latencies import Quantiles
from fraud.load.report import CampaignReport

_MIX = ("bad", "malformed", "doubled", "reused_ids", "late", "foreign_fields", "unicode", "oversized")


class Row(msgspec.Struct, frozen=True):
    """A row: its name, and its value as text."""

    name: str
    value: str


class LatencyRow(msgspec.Struct, frozen=True):
    """A row of latencies: their name, quantiles, and the worst minute."""

    name: str
    quantiles: Quantiles | None
    worst: datetime | None


def account_rows(report: CampaignReport) -> list[list[Row]]:
    """The numbers of a campaign, in groups of at most three."""
    sending, outcome = report.sending, report.outcome
    groups = [
        _numbers(planned=sending.planned, sent=sending.accepted, retried=sending.retried),
        _numbers(captured=outcome.captured, archived=outcome.archived, quarantined=outcome.quarantined),
        _numbers(expected=outcome.expected, flagged=outcome.flagged, analysed=outcome.analysed),
        _numbers(lost=outcome.lost, doubled=outcome.doubled, unresolved=outcome.unresolved),
        [
            *_numbers(resent=outcome.resent, throttled=sending.throttled),
            Row("behind", f"{sending.most_behind_seconds:,.0f}s"),
        ],
        [Row("recall", share(outcome.recall)), Row("precision", share(outcome.precision))],
    ]
    if fraud := report.fraud:
        groups.append(_numbers(fraud=fraud.fraud, alarmed=fraud.alarmed, caught=fraud.caught))
        shares = [Row("fraud recall", share(fraud.recall)), Row("precision", share(fraud.precision))]
        groups.append([*shares, *_numbers(unflagged=fraud.not_flagged)])
    return groups


def mix_rows(report: CampaignReport) -> list[Row]:
    """The kinds of events that were sent on purpose, without those of which there was not any."""
    counts = ((name, int(report.sending.totals.get(name, 0))) for name in _MIX)
    return [Row(name.replace("_", " "), f"{count:,}") for name, count in counts if count]


def latency_rows(report: CampaignReport) -> list[LatencyRow]:
    """The latencies of a campaign."""
    latencies = report.latencies
    begin = "due → archive" if latencies.from_due else "hub → archive"
    return [
        LatencyRow(begin, latencies.send_to_archive, latencies.worst_send_to_archive),
        LatencyRow("window → verdict", latencies.window_to_verdict, latencies.worst_window_to_verdict),
    ]


def share(value: float | None) -> str:
    """A share in percent, rounded down, so that 100 % are all; a dash for nothing."""
    return "-" if value is None else f"{int(value * 1000) / 10:g} %"


def _numbers(**counts: int) -> list[Row]:
    return [Row(name, f"{count:,}") for name, count in counts.items()]
