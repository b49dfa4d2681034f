"""Azure's bill for a campaign: its time at the rates of a size, and what it used, at the prices of docs/azure.md."""

from collections.abc import Sequence

import msgspec

from cli.stack_process import ROOT
from fraud.load.costs import AskedOperations, BillRow, PartCost

_SIZES = ROOT / "infra" / "sizes.json"
HOURS_A_MONTH = 730
PRICES = {
    "throughput units": 0.03,
    "Capture": 0.10,
    "stream job": 0.066,
    "queue": 9.81,
    "events taken in": 0.028,
    "request units, serverless": 0.25,
    "request units, scaling": 0.012,
    "instances": 0.000026,
    "always ready": 0.000004,
    "executions": 0.40,
    "blob writes and lists": 0.05,
    "blob reads": 0.004,
    "30 days in Cosmos": 0.25,
    "30 days in blobs": 0.0184,
}
"""USD for a unit of each row, list prices of East US; tests hold them to docs/azure.md."""
_UNITS_PER_EVENT = 8
"""Request units that docs/azure.md assumes, where nobody counts them."""
_CASES_UNITS = 1_000
_INSTANCE_GIGABYTES = 2
_GIGABYTE = 1e9
_FUNCTIONS, _COSMOS, _BLOBS = "functions", "cosmos", "azurite"


class Size(msgspec.Struct, frozen=True, rename="camel"):
    """A size of a deployment in infra/sizes.json, as far as it has a price."""

    events_per_second: int
    throughput_units: int
    streaming_units: int
    always_ready_archivers: int
    always_ready_workflows: int
    partition_count: int
    archive_request_units: int


class Campaigned(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as a bill sees it: Azure's seconds, events that the hub took in, and the highest rate in a second."""

    seconds: float
    events: int
    peak: float


def size_for(peak: float) -> tuple[str, Size]:
    """The smallest size that bears so many events per second, or the largest; its name and its numbers."""
    sizes = msgspec.json.decode(_SIZES.read_bytes(), type=dict[str, Size])
    bearing = [name for name, size in sizes.items() if size.events_per_second >= peak]
    name = bearing[0] if bearing else list(sizes)[-1]
    return name, sizes[name]


def request_units(asked: Sequence[AskedOperations]) -> float | None:
    """The request units of Cosmos that were counted; None if nobody counted."""
    units = [row.units for row in asked if row.part == _COSMOS]
    return round(sum(units), 1) if units else None


def bill(campaign: Campaigned, parts: Sequence[PartCost], asked: Sequence[AskedOperations]) -> list[BillRow]:
    """The rows of the bill. Without parts and operations, those that only they can tell are left out."""
    _, size = size_for(campaign.peak)
    hours = campaign.seconds / 3600
    standing = "the time, at the size's units"
    rows = [
        _row("throughput units", size.throughput_units * hours, "unit hours", standing),
        _row("Capture", size.throughput_units * hours, "unit hours", standing),
        _row("stream job", size.streaming_units * hours, "unit hours", standing),
        _row("queue", hours / HOURS_A_MONTH, "months", "the time"),
        _row("events taken in", campaign.events / 1e6, "millions", "counted"),
        _of_cosmos(campaign, size, request_units(asked)),
    ]
    ready = size.always_ready_archivers + size.always_ready_workflows
    busy = "assumed: an archiver of 2 GB for each partition"
    rows.append(_row("instances", size.partition_count * _INSTANCE_GIGABYTES * hours * 3600, "GB seconds", busy))
    rows.append(_row("always ready", ready * _INSTANCE_GIGABYTES * hours * 3600, "GB seconds", standing))
    if executions := sum(row.count for row in asked if row.part == _FUNCTIONS):
        rows.append(_row("executions", executions / 1e6, "millions", "counted here"))
    if blobs := [row for row in asked if row.part == _BLOBS]:
        reads = sum(row.count for row in blobs if row.name.startswith(("GET", "HEAD")))
        writes = sum(row.count for row in blobs if row.name.startswith(("PUT", "POST", "LIST")))
        rows.append(_row("blob writes and lists", writes / 1e4, "times 10,000", "counted here"))
        rows.append(_row("blob reads", reads / 1e4, "times 10,000", "counted here"))
    kept = {part.name: max(0, part.more_kept_bytes) / _GIGABYTE for part in parts}
    for name, part in (("30 days in Cosmos", _COSMOS), ("30 days in blobs", _BLOBS)):
        if part in kept:
            rows.append(_row(name, kept[part], "GB", "files here"))
    return rows


def notes(parts: Sequence[PartCost], asked: Sequence[AskedOperations]) -> list[str]:
    """The words about what the bill does not know."""
    if parts or asked:
        return [
            "Request units are those of the local Cosmos' model; blobs and executions are as on this machine, where "
            "batches are smaller and checkpoints more frequent than on Azure.",
            "Whatever else ran on the stack meanwhile is in the figures too. Logs are not in the bill.",
        ]
    return [
        "CPU, memory, bytes and operations by part are not known: the app runs elsewhere, and Azure tells them as "
        "metrics (docs/azure.md). Executions, blobs and storage are not in the bill, nor are logs.",
        f"Request units are assumed to be {_UNITS_PER_EVENT} for each event.",
    ]


def _of_cosmos(campaign: Campaigned, size: Size, counted: float | None) -> BillRow:
    units = campaign.events * _UNITS_PER_EVENT if counted is None else counted
    basis = f"assumed: {_UNITS_PER_EVENT} for each event" if counted is None else "counted here"
    most = size.archive_request_units
    if not most:
        return _row("request units, serverless", units / 1e6, "millions", basis)
    # It is billed by its highest second, and by a tenth of what it may scale to at least.
    mean = campaign.events / campaign.seconds if campaign.events and campaign.seconds else campaign.peak
    highest = units / campaign.seconds * campaign.peak / mean if campaign.seconds and mean else 0.0
    scaled = max(most / 10, min(most, highest)) + _CASES_UNITS / 10
    return _row("request units, scaling", scaled / 100 * campaign.seconds / 3600, "100 units and hour", basis)


def _row(name: str, quantity: float, unit: str, basis: str) -> BillRow:
    price = PRICES[name]
    return BillRow(
        name=name, quantity=round(quantity, 6), unit=unit, price=price, usd=round(quantity * price, 6), basis=basis
    )
