"""The rows of a campaign's report, in words: what every format shows."""

from datetime import datetime

import msgspec

from fraud.load.latencies import Quantiles
from fraud.load.report import CampaignReport

_MIB = 2**20
_UNITS = {"cosmos": "RU", "functions": "s", "azurite": "bytes"}
_MIX = ("bad", "malformed", "doubled", "reused_ids", "late", "foreign_fields", "unicode", "oversized")

BALANCE = "the archives balance, but for what the campaign does on purpose"
"""Asked for in every report, whatever a campaign file asserts."""


class ReportRow(msgspec.Struct, frozen=True):
    """A row: its name, and its value as text."""

    name: str
    value: str


class LatencyRow(msgspec.Struct, frozen=True):
    """A row of latencies: their name, quantiles, and the worst minute."""

    name: str
    quantiles: Quantiles | None
    worst: datetime | None


def account_rows(report: CampaignReport) -> list[list[ReportRow]]:
    """The numbers of a campaign, in groups of at most three."""
    sending, outcome = report.sending, report.outcome
    groups = [
        _numbers(planned=sending.planned, sent=sending.accepted, retried=sending.retried),
        _numbers(captured=outcome.captured, archived=outcome.archived, quarantined=outcome.quarantined),
        _numbers(expected=outcome.expected, flagged=outcome.flagged, analysed=outcome.analysed),
        _numbers(lost=outcome.lost, doubled=outcome.doubled, unresolved=outcome.unresolved),
        [
            *_numbers(resent=outcome.resent, throttled=sending.throttled),
            ReportRow("behind", f"{sending.most_behind_seconds:,.0f}s"),
        ],
    ]
    # Of a world nobody counts what must be flagged: beside the shares of its fraud, empty ones would contradict them.
    if not report.fraud or outcome.recall is not None or outcome.precision is not None:
        groups.append([ReportRow("recall", share(outcome.recall)), ReportRow("precision", share(outcome.precision))])
    if fraud := report.fraud:
        groups.append(_numbers(fraud=fraud.fraud, alarmed=fraud.alarmed, caught=fraud.caught))
        shares = [ReportRow("fraud recall", share(fraud.recall)), ReportRow("precision", share(fraud.precision))]
        groups.append([*shares, *_numbers(unflagged=fraud.not_flagged)])
    return groups


def mix_rows(report: CampaignReport) -> list[ReportRow]:
    """The kinds of events that were sent on purpose, without those of which none was sent."""
    counts = ((name, int(report.sending.totals.get(name, 0))) for name in _MIX)
    return [ReportRow(name.replace("_", " "), f"{count:,}") for name, count in counts if count]


def latency_rows(report: CampaignReport) -> list[LatencyRow]:
    """The latencies of a campaign."""
    latencies = report.latencies
    begin = "due" if latencies.from_due else "hub"
    return [
        LatencyRow(f"{begin} → archive", latencies.send_to_archive, latencies.worst_send_to_archive),
        LatencyRow(f"{begin} → window", latencies.send_to_window, latencies.worst_send_to_window),
        LatencyRow("window → verdict", latencies.window_to_verdict, latencies.worst_window_to_verdict),
    ]


class CostRow(msgspec.Struct, frozen=True):
    """A row of the use of a part: seconds of CPU, those for a million events, MiB of memory and on the disk."""

    name: str
    cpu: str
    per_million: str
    memory: str
    peak: str
    kept: str


def part_rows(report: CampaignReport) -> list[CostRow]:
    """The use of each part, the busiest first; nothing if it is not known."""
    cost = report.cost
    if cost is None:
        return []
    return [
        CostRow(
            name=part.name,
            cpu=f"{part.cpu_seconds:,.1f}",
            per_million="-" if (seconds := cost.per_million(part.cpu_seconds)) is None else f"{seconds:,.0f}",
            memory=f"{part.memory_bytes / _MIB:,.0f} ({part.more_memory_bytes / _MIB:+,.0f})",
            peak=f"{part.peak_memory_bytes / _MIB:,.0f}",
            kept=f"{part.kept_bytes / _MIB:,.1f} ({part.more_kept_bytes / _MIB:+,.1f})",
        )
        for part in sorted(cost.parts, key=lambda part: -part.cpu_seconds)
    ]


def asked_rows(report: CampaignReport) -> list[ReportRow]:
    """The operations on each resource of each part, the most frequent first, with their units."""
    rows: list[ReportRow] = []
    for asked in report.cost.asked if report.cost else ():
        unit = _UNITS.get(asked.part)
        # Blobs count only the bytes that are written: of a read there would be 0.
        units = f", {asked.units:,.0f} {unit}" if unit and asked.units else ""
        rows.append(ReportRow(f"{asked.part} {asked.resource} {asked.name}", f"{asked.count:,}{units}"))
    return rows


def bill_rows(report: CampaignReport) -> list[ReportRow]:
    """The bill: the quantity and its basis, and the amount."""
    return [
        ReportRow(f"{row.name}, {_quantity(row.quantity)} {row.unit} ({row.basis})", f"{row.usd:,.4f}")
        for row in (report.cost.bill if report.cost else ())
    ]


def _quantity(value: float) -> str:
    """A number as it is, never with an exponent."""
    return f"{value:,.0f}" if value >= 1_000 else f"{round(value, 4):,}" if value >= 1 else f"{value:.4f}"


def share(value: float | None) -> str:
    """A share in percent, rounded down, so that 100 % are all; a dash for nothing."""
    return "-" if value is None else f"{int(value * 1000) / 10:g} %"


def _numbers(**counts: int) -> list[ReportRow]:
    return [ReportRow(name, f"{count:,}") for name, count in counts.items()]
