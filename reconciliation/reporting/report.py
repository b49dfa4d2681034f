"""The report of a run: accounts, verdict, tables and differences, in a documented shape with a version.

`docs/reconciliation.md` describes the fields. A run of the same range over the same archives writes the same report,
apart from `started`.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from reconciliation.comparing.accounts import Accounts, ColumnSums, total
from reconciliation.comparing.classes import CLASSES, DIFFERENCE_COLUMNS, FAULT_HEADLINES
from reconciliation.comparing.definitions import Class, Column
from reconciliation.comparing.differences import Difference
from reconciliation.comparing.ground_truth import CampaignAccount
from reconciliation.comparing.summary import RunVerdict, Summary, summarise
from reconciliation.messages import FORMATS, Outcome, RunPlan
from reconciliation.paths import differences_path, report_path
from reconciliation.ranges import window_end
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import store_name
from reconciliation.reading.scan import ScanSums, Unreadable
from reconciliation.reporting.gaps import Gap, find_gaps
from reconciliation.reporting.verdict import sentence, verdict_of

SCHEMA_VERSION = 4
MAX_STORES = 1_000
MAX_LISTED = 100


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the tables per window and per store; every number counts ids."""

    events: int
    expected: int
    suspicious: int
    analysed: int
    missing_from_suspicious: int
    missing_from_fraud: int
    unexpected: int
    duplicates: int
    wrong_window: int


class WindowTableRow(TableRow, frozen=True, kw_only=True):
    """The line of a window."""

    window_end: datetime


class StoreRow(TableRow, frozen=True, kw_only=True):
    """The line of a store; `none` stands for events without a store."""

    store: str


class DifferenceClass(msgspec.Struct, frozen=True):
    """A class with all its ids, of which the first in time are examples."""

    name: Class
    explanation: str
    count: int
    examples: list[Difference]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a run found."""

    schema_version: int = SCHEMA_VERSION
    id: str
    start: datetime = msgspec.field(name="from")
    end: datetime = msgspec.field(name="to")
    compared_until: datetime
    complete_until: datetime | None
    started: datetime
    balanced: bool
    verdict: RunVerdict
    sentence: str
    with_cosmos: bool
    accounts: Summary
    faults: list[str]
    """Names of those accounts that are not zero and must be."""
    differences: list[DifferenceClass]
    gaps: list[Gap]
    unreadable: list[Unreadable]
    windows: list[WindowTableRow]
    stores: list[StoreRow]
    lists: list[str]
    archive_blobs: int
    archive_bytes: int
    campaigns: list[CampaignAccount] = []
    campaigns_left_out: list[str] = []
    """Names of campaigns that are too large to be measured."""
    warehouse: str = ""
    """Address of the account in which the blobs lie, for the links; empty without links."""
    fingerprint: str | None = msgspec.field(name="evidence", default=None)
    """All that was read, as one value (`reconciliation.fingerprint`); None if it does not stand for all of that."""

    @property
    def is_whole(self) -> bool:
        """True if all windows of the range were compared."""
        return self.compared_until >= self.end


def make_report(
    started: datetime,
    plan: RunPlan,
    *,
    buckets: Sequence[Accounts],
    scans: Sequence[ScanSums],
    observed: Sequence[ObservedSums],
    campaigns: Sequence[CampaignAccount] = (),
    left_out: Sequence[str] = (),
) -> Report:
    """Put a run's sums together; `buckets` are the accounts of each bucket, in order."""
    run = plan.run
    accounts = total(buckets)
    missing = find_gaps(plan, scans)
    unreadable = sorted(place for sums in (*scans, *observed) for place in sums.unreadable)[:MAX_LISTED]
    summary = summarise(
        accounts,
        scans,
        observed,
        missing_numbers=sum(gap.count for gap in missing),
        lost=sum(campaign.lost_for_good for campaign in campaigns),
    )
    verdict = verdict_of(plan, summary)
    return Report(
        id=run,
        start=plan.range.start,
        end=plan.range.end,
        compared_until=window_end(plan.last_window),
        complete_until=plan.complete_until,
        started=started,
        balanced=verdict == "balanced",
        verdict=verdict,
        sentence=sentence(verdict, plan, summary),
        with_cosmos=plan.with_documents,
        accounts=summary,
        faults=[headline.name for headline in FAULT_HEADLINES if getattr(summary, headline.name)],
        differences=[
            DifferenceClass(
                definition.name,
                definition.explanation,
                accounts.count(definition.name),
                accounts.examples.get(definition.name, []),
            )
            for definition in CLASSES
            if accounts.count(definition.name)
        ],
        gaps=missing[:MAX_LISTED],
        unreadable=unreadable,
        windows=_window_rows(plan, accounts.per_window),
        stores=_store_rows(accounts.per_store),
        lists=[
            differences_path(run, bucket)
            for bucket, bucket_accounts in enumerate(buckets)
            if bucket_accounts.differences
        ],
        archive_blobs=sum(scan.blobs for scan in scans),
        archive_bytes=sum(scan.bytes for scan in scans),
        campaigns=list(campaigns),
        campaigns_left_out=list(left_out),
        # A document that was found elsewhere can change without the fingerprint changing.
        fingerprint=None if accounts.elsewhere else plan.fingerprint or None,
    )


_OTHER_METHOD = "Another version of the app began this run, so nothing was compared: reconcile the range again."


def report_on_nothing(started: datetime, plan: RunPlan) -> Report:
    """The report of a run that another version of the app began, whose rows this one cannot compare."""
    nothing = msgspec.structs.replace(plan, last_window=plan.first_window - 1, complete_until=None, fingerprint="")
    report = make_report(started, nothing, buckets=(), scans=(), observed=())
    return msgspec.structs.replace(report, sentence=_OTHER_METHOD)


def outcome_of(report: Report) -> Outcome:
    """The output of the orchestration."""
    return Outcome(
        id=report.id,
        verdict=report.verdict,
        balanced=report.balanced,
        sentence=report.sentence,
        compared_until=report.compared_until,
        accounts=report.accounts,
        reports={extension: report_path(report.id, extension) for extension in FORMATS},
        with_cosmos=report.with_cosmos,
        read=report.started,
    )


def _window_rows(plan: RunPlan, table: ColumnSums) -> list[WindowTableRow]:
    """Every compared window, those without events too."""
    empty = [0] * len(Column)
    return [
        WindowTableRow(window_end=window_end(number), **_columns(table.get(number, empty)))
        for number in range(plan.first_window, plan.last_window + 1)
    ]


def _store_rows(table: ColumnSums) -> list[StoreRow]:
    """The stores with differences, and those with the most events, by their number."""

    def weight(store: int) -> tuple[int, int]:
        numbers = table[store]
        return -sum(numbers[column] for column in DIFFERENCE_COLUMNS), -numbers[Column.EVENTS]

    most = sorted(table, key=weight)[:MAX_STORES]
    return [StoreRow(store=store_name(store), **_columns(table[store])) for store in sorted(most)]


def _columns(numbers: Sequence[int]) -> dict[str, int]:
    return {column.name.lower(): numbers[column] for column in Column}
