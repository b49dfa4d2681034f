"""Compare one bucket of ids: gather its rows from all parts, judge them, list every difference."""

import asyncio

import msgspec
import numpy as np

from activities.reconciliation.compare_contents import add_altered
from activities.reconciliation.cores import on_a_core
from activities.reconciliation.run_files import in_flight, read_segment, read_work, write_struct
from activities.reconciliation.second_look import still_absent
from fraud.reconciliation.compare import Compared, Scope, compare
from fraud.reconciliation.differences import MAX_EXAMPLES, Class, Difference
from fraud.reconciliation.rows import Rows
from fraud.reconciliation.work import READING, Progress, Step, differences_path, rows_path, sums_path
from services import names
from services.blobs import NDJSON, delete_blob, warehouse, write_blob


class Line(msgspec.Struct, frozen=True):
    """A line of the full list of differences."""

    name: Class
    difference: Difference


async def compare_bucket(step: Step) -> Progress:
    """Compare one bucket on a core that is free."""
    return await on_a_core(compare_rows, step)


async def compare_rows(step: Step) -> Progress:
    """Write the accounts of one bucket, and the list of its differences beside the report."""
    plan = await read_work(step.run)
    paths = [rows_path(step.run, stage, i) for stage in READING for i in range(plan.parts.get(stage, 0))]
    segments = await in_flight(lambda path: read_segment(path, step.number, plan.bucket_bits), paths)
    scope = Scope(plan.first_window, plan.last_window, tuple(one.name for one in plan.partitions), plan.with_documents)
    rows = sum(len(segment) for segment, _ in segments)
    result = await asyncio.to_thread(_compare, segments, scope)
    await _look_again(result)
    if plan.with_documents:
        await add_altered(result, step, plan)
    await _list_differences(step, result)
    await write_struct(sums_path(step.run, step.stage, step.number), result.accounts)
    return Progress(rows, 0)


def _compare(segments: list[tuple[Rows, dict[int, str]]], scope: Scope) -> Compared:
    ids: dict[int, str] = {}
    start = 0
    for rows, names_of_rows in segments:
        ids.update((start + position, name) for position, name in names_of_rows.items())
        start += len(rows)
    parts = [rows for rows, _ in segments]
    segments.clear()
    return compare(np.concatenate(parts) if parts else np.zeros(0), ids, scope)


async def _look_again(result: Compared) -> None:
    """Take out of `absent_from_cosmos` what is there after all."""
    name: Class = "absent_from_cosmos"
    candidates = result.differences.get(name, [])
    absent, quarantined = await still_absent(candidates)
    result.accounts.quarantined += quarantined
    result.accounts.elsewhere += len(candidates) - len(absent) - quarantined
    for place in (result.differences, result.accounts.differences, result.accounts.examples):
        place.pop(name, None)
    if absent:
        result.differences[name] = absent
        result.accounts.differences[name] = len(absent)
        result.accounts.examples[name] = sorted(absent)[:MAX_EXAMPLES]


async def _list_differences(step: Step, result: Compared) -> None:
    reports = await warehouse(names.REPORTS)
    path = differences_path(step.run, step.number)
    lines = [Line(name, one) for name, found in sorted(result.differences.items()) for one in sorted(found)]
    if lines:
        await write_blob(reports, path, msgspec.json.Encoder().encode_lines(lines), NDJSON)
    else:
        await delete_blob(reports, path)
