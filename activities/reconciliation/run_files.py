"""The work blobs of a run: structs as JSON, rows as parts."""

import asyncio
from typing import TypeVar

import msgspec

from reconciliation.messages import RunPlan, Step
from reconciliation.paths import contents_path, part_path, plan_path, rows_path, sums_path
from reconciliation.reading.rows import RowWriter
from services.blobs import read_blob, work, write_blob

Value = TypeVar("Value")

REQUESTS = 8
"""Requests that an activity has open at once: 4 blobs of 10 MB saturate a core, small ones want more."""

ROWS = "application/octet-stream"


async def read_struct(path: str, kind: type[Value]) -> Value:
    """A struct from a work blob. Raises ResourceNotFoundError."""
    return msgspec.json.decode(await read_blob(await work(), path), type=kind)


async def write_struct(path: str, value: object) -> None:
    """A struct into a work blob."""
    await write_blob(await work(), path, msgspec.json.encode(value))


async def read_plan(run: str) -> RunPlan:
    """The plan of a run."""
    return await read_struct(plan_path(run), RunPlan)


async def read_part(step: Step, kind: type[Value]) -> Value:
    """The input of an activity: what it has to read."""
    return await read_struct(part_path(step.run, step.stage, step.number), kind)


async def write_rows(step: Step, rows: RowWriter, bucket_bits: int, sums: object) -> None:
    """Write the rows that an activity has read, then their sums."""
    data = await asyncio.to_thread(rows.encode, bucket_bits)
    await write_blob(await work(), rows_path(step.run, step.stage, step.number), data, ROWS)
    await write_struct(sums_path(step.run, step.stage, step.number), sums)


async def write_contents(step: Step, contents: RowWriter, bucket_bits: int) -> None:
    """The digests of the contents that an activity has read."""
    data = await asyncio.to_thread(contents.encode, bucket_bits)
    await write_blob(await work(), contents_path(step.run, step.stage, step.number), data, ROWS)
