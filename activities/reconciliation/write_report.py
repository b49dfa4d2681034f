"""Put the sums of a run together, and write its report for programs and for people."""

from typing import TypeVar

import msgspec

from activities.reconciliation.blob_places import with_places
from activities.reconciliation.chain import append
from activities.reconciliation.measure_campaigns import measure_campaigns
from activities.reconciliation.run_files import REQUESTS, is_current, read_plan, read_struct
from reconciliation.comparing.accounts import Accounts
from reconciliation.messages import READING, Outcome, ReportTask, RunPlan, Stage
from reconciliation.paths import report_folder, sums_path
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.scan import ScanSums
from reconciliation.reporting.html import to_html
from reconciliation.reporting.markdown import to_markdown
from reconciliation.reporting.report import Report, make_report, outcome_of, report_on_nothing
from services import names
from services.blobs import JSON, delete_blob, warehouse, write_blob
from services.concurrency import together

HTML = "text/html; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"

Sums = TypeVar("Sums")


async def write_report(task: ReportTask) -> Outcome:
    """Write `report.json`, `.html` and `.md`, and delete the files that only an earlier run of the range had."""
    plan = await read_plan(task.run)
    report = await _report(task, plan) if is_current(plan) else report_on_nothing(task.started, plan)

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
    head = await append(task.run, sorted(kept))
    return msgspec.structs.replace(outcome, head=str(head))


async def _report(task: ReportTask, plan: RunPlan) -> Report:
    async def sums(stage: str, count: int, kind: type[Sums]) -> list[Sums]:
        paths = (sums_path(task.run, stage, number) for number in range(count))
        return await together((read_struct(path, kind) for path in paths), at_once=REQUESTS)

    scans = await sums("scan", plan.parts["scan"], ScanSums)
    observing: list[Stage] = [stage for stage in READING if stage != "scan"]
    observed = [
        outcome_sums
        for stage in observing
        for outcome_sums in await sums(stage, plan.parts.get(stage, 0), ObservedSums)
    ]
    buckets = await sums("compare", plan.buckets, Accounts)
    measured = await measure_campaigns(plan, (name for outcome_sums in observed for name in outcome_sums.run_ids))
    observed.append(ObservedSums(unreadable=measured.unreadable, unreadable_count=len(measured.unreadable)))
    report = make_report(
        task.started,
        plan,
        buckets=buckets,
        scans=scans,
        observed=observed,
        campaigns=measured.accounts,
        left_out=measured.left_out,
    )
    return await with_places(report, plan)
