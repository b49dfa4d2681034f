"""Observe what the stream job reported and what was judged."""

from activities.kept_evidence import list_evidence, snapshot_of
from activities.reconciliation.cores import on_a_core
from activities.reconciliation.feed_blobs import feed_blobs
from activities.reconciliation.observe_alerts import observe_alerts
from activities.reconciliation.run_files import is_current, read_keys, read_part, read_plan, write_rows
from reconciliation.messages import NOTHING_READ, BlobPart, PartProgress, PartTask
from reconciliation.reading.observe import Observer
from reconciliation.reading.rows import Kind
from services import names
from services.blobs import warehouse
from services.rules_in_use import read_rules_in_use

_SOURCES = {"suspicious": (names.SUSPICIOUS_EVENTS, Kind.SUSPICIOUS), "verdicts": (names.FRAUD_EVENTS, Kind.VERDICT)}


async def observe_outcomes(task: PartTask) -> PartProgress:
    """Read one part on a core that is free: each verdict in it is judged again."""
    return await on_a_core(observe_part, task)


async def observe_part(task: PartTask) -> PartProgress:
    """Read the blobs of one part line by line, and write the rows of the ids in windows in or beside the range."""
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    part = await read_part(task, BlobPart)
    container_name, kind = _SOURCES[task.stage]
    observer = Observer.over(kind, await read_keys(task.run), plan.range)
    observer.compared = range(plan.first_window, plan.last_window + 1)
    observer.campaigns = frozenset(plan.campaigns)
    container = await warehouse(container_name)
    evidence: dict[str, list[str]] = {}
    if kind is Kind.VERDICT:
        evidence = await list_evidence(part.paths)
        observer.snoozes = (await read_rules_in_use()).state.snoozes
    for path in part.paths:
        if kind is Kind.VERDICT:
            observer.evidence = await snapshot_of(evidence.get(path, []))
        await feed_blobs(container, [path], observer.open, observer.unreadable)
    await observe_alerts(observer.rows, observer.alerts)
    await write_rows(task, observer.rows, plan.bucket_bits, observer.sums)
    return PartProgress(observer.sums.lines, observer.sums.bytes)
