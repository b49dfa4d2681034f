"""Compare buckets of ids: gather their rows from all parts, judge them one by one, list every difference."""

import asyncio
from contextlib import AsyncExitStack

import msgspec

from activities.reconciliation.bucket_rows import BucketRows, gathered
from activities.reconciliation.compare_contents import add_altered
from activities.reconciliation.cores import on_a_core
from activities.reconciliation.run_files import read_plan, write_struct
from activities.reconciliation.second_look import still_absent
from reconciliation.comparing.classes import Class
from reconciliation.comparing.compare import Compared, Scope, compare
from reconciliation.comparing.differences import Difference, examples_of, in_order
from reconciliation.messages import READING, RunPlan, Step, StepProgress
from reconciliation.paths import contents_path, differences_path, rows_path, sums_path
from reconciliation.plan import buckets_of
from services import names
from services.blobs import NDJSON, delete_blob, warehouse, write_blob


class Line(msgspec.Struct, frozen=True):
    """A line of the full list of differences."""

    name: Class
    difference: Difference


async def compare_bucket(step: Step) -> StepProgress:
    """Compare the buckets of one activity on a free core."""
    return await on_a_core(compare_buckets, step)


async def compare_buckets(step: Step) -> StepProgress:
    """Write the accounts of each bucket of an activity, and the list of its differences beside the report."""
    plan = await read_plan(step.run)
    buckets = buckets_of(step.number, plan.bucket_bits)
    count = 0
    async with AsyncExitStack() as files:
        rows = await files.enter_async_context(gathered(plan.paths(rows_path, READING), buckets))
        contents: BucketRows | None = None
        if plan.with_documents:
            paths = plan.paths(contents_path, ("scan", "documents"))
            contents = await files.enter_async_context(gathered(paths, buckets))
        for bucket in buckets:
            result, number = await _compare(plan, rows, bucket)
            count += number
            await _look_again(result)
            if contents:
                await add_altered(result, plan, rows, contents, bucket)
            await _list_differences(step.run, bucket, result)
            await write_struct(sums_path(step.run, step.stage, bucket), result.accounts)
    return StepProgress(count, 0)


async def _compare(plan: RunPlan, rows: BucketRows, bucket: int) -> tuple[Compared, int]:
    """The comparison of a bucket, and the number of its rows."""
    scope = Scope(plan.first_window, plan.last_window, tuple(one.name for one in plan.partitions), plan.with_documents)
    found, ids = await rows.read(bucket)
    return await asyncio.to_thread(compare, found, ids, scope), len(found)


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
        result.accounts.examples[name] = examples_of(absent)


async def _list_differences(run: str, bucket: int, result: Compared) -> None:
    reports = await warehouse(names.REPORTS)
    path = differences_path(run, bucket)
    lines = [Line(name, one) for name, found in sorted(result.differences.items()) for one in in_order(found)]
    if lines:
        await write_blob(reports, path, msgspec.json.Encoder().encode_lines(lines), NDJSON)
    else:
        await delete_blob(reports, path)
