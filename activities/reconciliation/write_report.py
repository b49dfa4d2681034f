"""Put the sums of a run together, and write its report for programs and for people."""

from typing import TypeVar

import msgspec

from activities.reconciliation.blob_places import with_places
from activities.reconciliation.measure_campaigns import measure_campaigns
from activities.reconciliation.run_files import REQUESTS, read_struct, read_work
from reconciliation.comparing.accounts import Accounts
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.scan import ScanSums
from reconciliation.reporting.html import to_html
from reconciliation.reporting.markdown import to_markdown
from reconciliation.reporting.report import make_report, outcome_of
from reconciliation.work import READING, Outcome, ReportTask, Stage, report_folder, sums_path
from services import names
from services.blobs import JSON, delete_blob, warehouse, write_blob
from services.concurrency import together

HTML = "text/html; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"

Sums = TypeVar("Sums")


async def write_report(task: ReportTask) -> Outcome:
    """Write `report.json`, `.html` and `.md`, and delete what an earlier run of the range had more."""
    work = await read_work(task.run)

    async def sums(stage: str, count: int, kind: type[Sums]) -> list[Sums]:
        paths = (sums_path(task.run, stage, number) for number in range(count))
        return await together((read_struct(path, kind) for path in paths), at_once=REQUESTS)

    scans = await sums("scan", work.parts["scan"], ScanSums)
    observing: list[Stage] = [stage for stage in READING if stage != "scan"]
    observed = [one for stage in observing for one in await sums(stage, work.parts[stage], ObservedSums)]
    buckets = await sums("compare", work.buckets, Accounts)
    campaigns, left_out = await measure_campaigns(work, (name for one in observed for name in one.run_ids))
    report = make_report(
        task.started, work, buckets=buckets, scans=scans, observed=observed, campaigns=campaigns, left_out=left_out
    )
    report = await with_places(report, work)

    reports = await warehouse(names.REPORTS)
    outcome = outcome_of(report)
    paths = outcome.reports
    await write_blob(reports, paths["json"], msgspec.json.format(msgspec.json.encode(report)), JSON)
    await write_blob(reports, paths["html"], to_html(report).encode(), HTML)
    await write_blob(reports, paths["md"], to_markdown(report).encode(), MARKDOWN)
    kept = set(paths.values()) | set(report.lists)
    async for blob in reports.list_blobs(name_starts_with=f"{report_folder(task.run)}/"):
        if blob.name not in kept:
            await delete_blob(reports, blob.name)
    return outcome
