"""Compare buckets of ids: gather their rows from all parts, judge them one by one, list every difference."""

import asyncio

import msgspec

from activities.reconciliation.bucket_rows import BucketRows, gathered
from activities.reconciliation.cores import on_a_core
from activities.reconciliation.missed_places import without_missed
from activities.reconciliation.name_fields import with_fields, with_readings, with_states
from activities.reconciliation.run_files import is_current, read_keys, read_plan, write_struct
from activities.reconciliation.second_look import settle
from reconciliation.comparing.compare import Compared, Scope, compare
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.differences import Difference, in_order
from reconciliation.messages import NOTHING_READ, READING, PartProgress, PartTask, RunPlan
from reconciliation.paths import differences_path, rows_path, sums_path
from reconciliation.plan import buckets_of
from reconciliation.reading.keys import RunKeys
from services import names
from services.blobs import NDJSON, delete_blob, warehouse, write_blob


class DifferenceLine(msgspec.Struct, frozen=True):
    """A line of the full list of differences."""

    name: Class
    difference: Difference


async def compare_bucket(task: PartTask) -> PartProgress:
    """Compare the buckets of one activity on a free core."""
    return await on_a_core(compare_buckets, task)


async def compare_buckets(task: PartTask) -> PartProgress:
    """Write the accounts of each bucket of an activity, and the list of its differences beside the report."""
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    keys = await read_keys(task.run)
    buckets = buckets_of(task.number, plan.bucket_bits)
    count = 0
    async with gathered(plan.paths(rows_path, READING), buckets) as rows:
        for bucket in buckets:
            result, number = await _compare(plan, keys, rows, bucket)
            count += number
            result.doubtful = await without_missed(task.run, result.doubtful, plan)
            await _look_again(result, keys)
            if missing := result.differences.get("missing_from_fraud"):
                reused = result.differences.get("id_reused", [])
                result.differences["missing_from_fraud"] = await with_readings(in_order(missing), reused)
            if altered := result.differences.get("case_differs"):
                result.differences["case_differs"] = await with_fields(in_order(altered))
            if falsified := result.differences.get("verdict_differs"):
                result.differences["verdict_differs"] = await with_states(in_order(falsified))
            result.count()
            await _list_differences(task.run, bucket, result)
            await write_struct(sums_path(task.run, task.stage, bucket), result.accounts)
    return PartProgress(count, 0)


async def _compare(plan: RunPlan, keys: RunKeys, rows: BucketRows, bucket: int) -> tuple[Compared, int]:
    """The comparison of a bucket, and the number of its rows."""
    partitions = tuple(partition.name for partition in plan.partitions)
    scope = Scope(plan.first_window, plan.last_window, partitions, plan.with_documents)
    of_bucket, ids = await rows.read(bucket)
    return await asyncio.to_thread(compare, of_bucket, ids, keys, scope), len(of_bucket)


async def _look_again(result: Compared, keys: RunKeys) -> None:
    """Settle the doubtful differences."""
    settled = await settle(result.doubtful, keys)
    result.accounts.quarantined += settled.quarantined
    result.accounts.elsewhere += settled.elsewhere
    result.settle(settled.standing)


async def _list_differences(run: str, bucket: int, result: Compared) -> None:
    reports = await warehouse(names.REPORTS)
    path = differences_path(run, bucket)
    lines = [
        DifferenceLine(name, difference)
        for name, differences in sorted(result.differences.items())
        for difference in in_order(differences)
    ]
    if lines:
        await write_blob(reports, path, msgspec.json.Encoder().encode_lines(lines), NDJSON)
    else:
        await delete_blob(reports, path)
