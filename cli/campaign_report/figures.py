"""Figures of the parts on this machine, as the stack keeps them: what they use, and what is asked of them."""

from pathlib import Path

import msgspec

from cli.app_client import AppClient, local_url
from cli.stack_process import LOCAL_SETTINGS
from fraud.load.costs import AskedOperations, PartCost

FOLDER = LOCAL_SETTINGS.with_name("figures")
_PARTS = "parts.json"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a part so far; the stack's own docstring says of what (`local_azure/stack/usage.py`)."""

    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    peak_memory_bytes: int = 0
    written_bytes: int = 0
    kept_bytes: int = 0
    starts: int = 0


class Count(msgspec.Struct, frozen=True, array_like=True):
    """Operations on a resource so far, and the sum of their units."""

    resource: str
    name: str
    count: int
    units: float


class StackFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of all parts at a moment, in real seconds since 1970: the one at which the stack looked."""

    at: float = 0.0
    parts: dict[str, Usage] = {}
    counts: dict[str, list[Count]] = {}


def look(app: AppClient, folder: Path = FOLDER) -> StackFigures | None:
    """The figures now; None of an app elsewhere, and of a stack that keeps none."""
    if app.base_url != local_url() or not (folder / _PARTS).exists():
        return None
    counts = {
        file.stem: msgspec.json.decode(file.read_bytes(), type=list[Count])
        for file in sorted(folder.glob("*.json"))
        if file.name != _PARTS
    }
    file = folder / _PARTS
    parts = msgspec.json.decode(file.read_bytes(), type=dict[str, Usage])
    return StackFigures(at=file.stat().st_mtime, parts=parts, counts=counts)


def used_between(before: StackFigures, after: StackFigures) -> list[PartCost]:
    """The use of each part between two looks. A stack that forgot its state meanwhile counts from its beginning."""
    costs: list[PartCost] = []
    for name, now in after.parts.items():
        then = before.parts.get(name, Usage())
        if then.cpu_seconds > now.cpu_seconds:
            then = Usage()
        cost = PartCost(
            name=name,
            cpu_seconds=round(now.cpu_seconds - then.cpu_seconds, 2),
            memory_bytes=now.memory_bytes,
            more_memory_bytes=now.memory_bytes - then.memory_bytes,
            peak_memory_bytes=now.peak_memory_bytes,
            written_bytes=now.written_bytes - then.written_bytes,
            kept_bytes=now.kept_bytes,
            more_kept_bytes=now.kept_bytes - then.kept_bytes,
            starts=now.starts - then.starts,
        )
        costs.append(cost)
    return costs


def asked_between(before: StackFigures, after: StackFigures) -> list[AskedOperations]:
    """The operations between two looks, by part the most frequent first."""
    asked: list[AskedOperations] = []
    for part, counts in after.counts.items():
        then = {(count.resource, count.name): count for count in before.counts.get(part, ())}
        for now in counts:
            earlier = then.get((now.resource, now.name), Count(now.resource, now.name, 0, 0.0))
            if earlier.count > now.count:
                earlier = Count(now.resource, now.name, 0, 0.0)
            if count := now.count - earlier.count:
                units = round(now.units - earlier.units, 3)
                asked.append(AskedOperations(part=part, resource=now.resource, name=now.name, count=count, units=units))
    return sorted(asked, key=lambda row: (row.part, -row.count))
