"""The work blobs of a run: structs as JSON, rows as parts."""

import asyncio
import contextlib
import secrets
from typing import TypeVar

import msgspec
from azure.core.exceptions import ResourceExistsError

from reconciliation.messages import PartTask, RunPlan
from reconciliation.method import METHOD
from reconciliation.paths import part_path, plan_path, rows_path, secret_path, sums_path
from reconciliation.reading.keys import SECRET_BYTES, RunKeys
from reconciliation.reading.rows import RowWriter
from services.blobs import read_blob, workflow_data, write_blob

Value = TypeVar("Value")

REQUESTS = 8
"""Requests that an activity has open at once: 4 blobs of 10 MB saturate a core, small ones want more."""

ROWS = "application/octet-stream"


async def read_struct(path: str, kind: type[Value]) -> Value:
    """A struct from a work blob. Raises ResourceNotFoundError."""
    return msgspec.json.decode(await read_blob(await workflow_data(), path), type=kind)


async def write_struct(path: str, value: object) -> None:
    """A struct into a work blob."""
    await write_blob(await workflow_data(), path, msgspec.json.encode(value))


async def read_plan(run: str) -> RunPlan:
    """The plan of a run."""
    return await read_struct(plan_path(run), RunPlan)


def is_current(plan: RunPlan) -> bool:
    """False for a run that another version of the app began: it is finished without comparing anything."""
    return plan.method == METHOD


async def read_part(task: PartTask, kind: type[Value]) -> Value:
    """The input of an activity: what it has to read."""
    return await read_struct(part_path(task.run, task.stage, task.number), kind)


async def write_rows(task: PartTask, rows: RowWriter, bucket_bits: int, sums: object) -> None:
    """Write the rows that an activity has read, then their sums."""
    data = await asyncio.to_thread(rows.encode, bucket_bits)
    await write_blob(await workflow_data(), rows_path(task.run, task.stage, task.number), data, ROWS)
    await write_struct(sums_path(task.run, task.stage, task.number), sums)


async def make_secret(run: str) -> None:
    """Make the secret of a run's keys. A second call leaves it as it is: rows may have been written with it."""
    with contextlib.suppress(ResourceExistsError):
        await (await workflow_data()).upload_blob(secret_path(run), secrets.token_bytes(SECRET_BYTES))


async def read_keys(run: str) -> RunKeys:
    """The keys of a run."""
    return RunKeys(await read_blob(await workflow_data(), secret_path(run)))
