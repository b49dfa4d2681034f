"""Build the profiles of the first day that has none: its captured bodies are read once, in order of time."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta

from azure.storage.blob.aio import ContainerClient

from activities.kept_evidence import snapshot_of
from activities.profile_spill import DiskSpill
from activities.whole_profiles import link_profiles, whole_profile_days
from fraud.evidence import NO_KEPT_RATES, KeptRates
from fraud.profiles.building import DayBuilder, bounds
from fraud.profiles.day_rates import DayRates
from fraud.profiles.keeping import SHARDS, Others, profiles_without_tables
from fraud.rules.shipped import SEED, shipped
from fraud.sweep import Candidate, Sweep, SweepTask
from fraud.verdict_lines import evidence_in
from fraud.verdicts import AGAIN, EVIDENCE, time_path
from fraud.verdicts import KEPT as REPLACED
from reconciliation.capture.path import LONGEST_INTERVAL
from reconciliation.nightly import ProfilesBuilt, ProfilesTask, first_profile_day
from reconciliation.reading.arrivals import BlobBodies, CapturedBody
from services import names
from services.blobs import chunks_if_there, lines_of, warehouse
from services.capture_archive import list_blobs, list_partitions
from services.concurrency import together
from services.profiles import (
    Manifest,
    forget_profiles,
    read_manifest,
    read_others_of,
    read_shards,
    write_manifest,
    write_piece,
)
from services.rules_in_use import read_rules_in_use
from services.settings import settings
from services.sweep_candidates import days_to_sweep, write_candidates

KEPT = timedelta(days=35)
"""Profiles are kept as long as that: evidence has what verdicts read of them."""
MOST_PARTS = 2_000
"""Pieces of evidence, spread evenly over the day, that rates are counted of: a million flagged events at most."""
_READS = 8

_log = logging.getLogger(__name__)


async def build_profiles(task: ProfilesTask) -> ProfilesBuilt:
    """Build the first day that has no profiles, once all its windows have ended and been captured; say if more are
    left.

    A day that was built stays as it is, unless somebody has altered it. Raises what the blob service raised.
    """
    last = task.last_whole_day
    days = await whole_profile_days(last)
    day = days[-1] + timedelta(days=1) if days else first_profile_day(last)
    while day <= last:
        built = await _build(day, days[-1] if days else None)
        if built or days:
            await forget_profiles(before=day - KEPT)
            return ProfilesBuilt(day=day, is_behind=day < last, to_sweep=await days_to_sweep())
        day += timedelta(days=1)  # nothing was captured before it: it has nothing to say
    return ProfilesBuilt(day=None, is_behind=False, to_sweep=await days_to_sweep())


async def _build(day: date, before: date | None) -> bool:
    manifest = await read_manifest(before) if before else None
    sweep = await _sweep(day, manifest)
    with DiskSpill() as spill:
        others = await read_others_of(manifest) if manifest else Others()
        builder = DayBuilder(others, day, spill, sweep.look if sweep else None)
        async for bodies in _in_order(day):
            await asyncio.to_thread(builder.add, ((body.arrived, body.body) for body in bodies))
        await asyncio.to_thread(builder.finish)
        if not builder.events and manifest is None:
            return False
        rates = await _rates(day, manifest.rates if manifest else {})
        if manifest and sweep and (candidates := await _candidates(sweep, manifest)):
            # Before the profiles, whose day is built once: a run that was killed between the two is repeated whole.
            await write_candidates(SweepTask(day), candidates)
        pieces = await _write_pieces(day, builder, manifest)
    await write_manifest(
        Manifest(
            day=day,
            events=builder.events,
            customers=builder.customers,
            skus=builder.skus,
            pieces=pieces,
            rates=rates,
        )
    )
    await link_profiles(day)
    _log.info("profiles up to %s: %s events, %s customers", day, builder.events, builder.customers)
    return True


async def _write_pieces(day: date, builder: DayBuilder, before: Manifest | None) -> dict[str, tuple[str, ...]]:
    """Write the pieces of a day, one after the other: memory holds one. Gives their paths by kind, in order."""
    pieces: dict[str, tuple[str, ...]] = {}
    for kind, shard_of in (("customers", builder.customer_shard), ("skus", builder.sku_shard)):
        if before and len(before.pieces[kind]) != SHARDS:
            raise ValueError(f"the profiles of {before.day} have {len(before.pieces[kind])} shards of {kind}")
        shards = read_shards(before, kind) if before else None
        paths: list[str] = []
        for number in range(SHARDS):
            of_before = await anext(shards) if shards else None
            paths.append(await write_piece(day, kind, await asyncio.to_thread(shard_of, number, of_before)))
        pieces[kind] = tuple(paths)
    others = await asyncio.to_thread(builder.others)
    return pieces | {"others": (await write_piece(day, "others", others.encoded()),)}


async def _sweep(day: date, before: Manifest | None) -> Sweep | None:
    """The sweep over a day; None if it is switched off, no day before is known, or the active set reads no context."""
    rules = shipped()[(await read_rules_in_use()).active]
    if not settings().sweep_cases or before is None or rules is SEED:
        return None
    rates = before.rates.get(rules.definition.name, NO_KEPT_RATES).rates
    return Sweep(rules, rates, day, cases=settings().sweep_cases, expected=before.events)


async def _candidates(sweep: Sweep, before: Manifest) -> list[Candidate]:
    """The candidates of a sweep, by the profiles of the day before."""
    keys = await asyncio.to_thread(sweep.keys)
    profiles = profiles_without_tables(await read_others_of(before))
    for kind, table, wanted in (
        ("customers", profiles.customers, keys.customers),
        ("skus", profiles.skus, keys.skus),
    ):
        async for shard in read_shards(before, kind):
            await asyncio.to_thread(table.load_some, shard, wanted)
    return await asyncio.to_thread(sweep.candidates, profiles)


async def _in_order(day: date) -> AsyncIterator[list[CapturedBody]]:
    """The bodies of a day, of all partitions, in order of time. Memory holds a slice of a blob of each partition."""
    archive = await warehouse(names.ALL_EVENTS)
    start, end = bounds(day)
    partitions = [_Partition(archive, name) for name in await list_partitions(archive)]
    await together((partition.open(start, end + LONGEST_INTERVAL) for partition in partitions), at_once=_READS)
    while waiting := [partition for partition in partitions if not partition.has_ended]:
        # What comes later in a partition is not earlier than the last body that was read of it.
        frontier = min(partition.bodies[-1].arrived for partition in waiting)
        yield sorted(body for partition in partitions for body in partition.take(frontier))
        await together((p.fill() for p in waiting if p.bodies[-1].arrived <= frontier), at_once=_READS)
    yield sorted(body for partition in partitions for body in partition.take(None))


class _Partition:
    """The bodies of a partition that were read and not taken yet; there is one at least until it has ended."""

    def __init__(self, archive: ContainerClient, name: str) -> None:
        self._archive = archive
        self._name = name
        self.bodies: list[CapturedBody] = []
        self.has_ended = False

    async def open(self, start: datetime, end: datetime) -> None:
        """Begin with the blobs of a span."""
        blobs = sorted(await list_blobs(self._archive, self._name, start, end), key=lambda blob: blob.triggered)
        self._slices = self._read([blob.name for blob in blobs])
        await self.fill()

    async def fill(self) -> None:
        """Read the next slice that has bodies."""
        bodies = await anext(self._slices, None)
        if bodies is None:
            self.has_ended = True
        else:
            self.bodies += bodies

    def take(self, before: int | None) -> list[CapturedBody]:
        """Remove and give the bodies that arrived before a moment; without a moment, all of them."""
        taken = [body for body in self.bodies if before is None or body.arrived < before]
        self.bodies = [body for body in self.bodies if not (before is None or body.arrived < before)]
        return taken

    async def _read(self, paths: Sequence[str]) -> AsyncIterator[list[CapturedBody]]:
        for path in paths:
            blob = BlobBodies()
            async for chunk in chunks_if_there(self._archive, path):  # the reconciliation reports one that is not
                if bodies := await asyncio.to_thread(blob.feed, chunk):
                    yield bodies
            if bodies := await asyncio.to_thread(blob.finish):
                yield bodies


async def _rates(day: date, before: dict[str, KeptRates]) -> dict[str, KeptRates]:
    """The rates up to a day, from the evidence on its windows, as far as their verdicts name that evidence.

    Somebody who may write evidence alone cannot change the weights of the next day: each verdict is compared with the
    facts that it names.
    """
    evidence, replaced = await _of_windows(EVIDENCE, day), await _of_windows(REPLACED, day)
    every = 1 + sum(map(len, evidence.values())) // MOST_PARTS
    rates = DayRates(shipped())

    async def count(window: str) -> None:
        # A re-analysis looks the same contents up again: they count once, as they were judged first.
        parts = [path for path in evidence[window] if not path.rpartition("/")[2].startswith(AGAIN)]
        named = [await _named_in(path) for path in (f"{window}.ndjson", *replaced.get(window, ()))]
        snapshot = await snapshot_of(parts)
        await asyncio.to_thread(rates.add, snapshot.parts, frozenset[str]().union(*named))

    await together(map(count, sorted(evidence)[::every]), at_once=_READS)
    return rates.after(before)


async def _of_windows(kind: str, day: date) -> dict[str, list[str]]:
    """The blobs of a kind beside the verdicts of a day's windows, by the path of these without its ending."""
    container = await warehouse(names.FRAUD_EVENTS)
    start, end = bounds(day)
    midnight = f"{kind}/{time_path(start)}/"  # the last window of the day before ends there
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for folder in (f"{kind}/{start:%Y/%m/%d}/", f"{kind}/{time_path(end)}/"):
        async for blob in container.list_blobs(name_starts_with=folder):
            if not blob.name.startswith(midnight):
                paths[blob.name.removeprefix(f"{kind}/").rpartition("/")[0]].append(blob.name)
    return paths


async def _named_in(path: str) -> set[str]:
    """The evidence that the verdicts at a path name; none if they are gone, or somebody has archived them."""
    chunks = chunks_if_there(await warehouse(names.FRAUD_EVENTS), path)
    return {digest async for line in lines_of(chunks) if (digest := evidence_in(line))}
