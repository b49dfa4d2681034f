"""Acknowledge differences of a report, and list the acknowledged ones.

Each is a blob of its own, and a link of the chain.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from activities.reconciliation.chain import append
from activities.reconciliation.chain_reading import linked_files
from activities.reconciliation.compare_buckets import DifferenceLine
from activities.reconciliation.run_files import REQUESTS
from fraud.watching.checks import Night
from reconciliation.chain import digest_of
from reconciliation.comparing.classes import CLASS
from reconciliation.paths import report_path
from reconciliation.reporting.acknowledgements import (
    Acknowledgement,
    Listed,
    Open,
    Standing,
    folder_of,
    key_of,
    key_of_number,
    open_in,
    standing,
)
from reconciliation.reporting.html import to_html
from reconciliation.reporting.report import Report
from services import names
from services.blobs import digest_of_blob, if_there, read_blob, read_if_there, warehouse, write_blob
from services.concurrency import together

_lines = msgspec.json.Decoder(DifferenceLine)
_decoder = msgspec.json.Decoder(Acknowledgement)


class UnknownDifferenceError(ValueError):
    """The report has no difference of this class with this key."""


class Acknowledged(msgspec.Struct, frozen=True):
    """A report, what was acknowledged of it, and what is open."""

    report: Report
    acknowledgements: list[Acknowledgement]
    open: Open

    @property
    def standing(self) -> Standing:
        """The report's verdict with what was acknowledged."""
        return standing(self.report, self.open.left)


async def acknowledge(given: Sequence[Acknowledgement]) -> list[Acknowledgement]:
    """Keep acknowledgements of one class of one report, and give them as they are then: earlier ones of others stay.

    Raises UnknownDifferenceError before anything is kept, ResourceNotFoundError without a report, and what the blob
    service raised. Done twice, it changes nothing.
    """
    first = given[0]
    wanted = {each.key for each in given}
    report = await _report(first.run)
    if first.name in CLASS:
        async for name, difference in _listed(report):
            if name == first.name:
                wanted.discard(key_of(difference))
            if not wanted:
                break
    else:
        wanted.discard(key_of_number(report, first.name) or "")
    if wanted:
        raise UnknownDifferenceError(f"the report has no {first.name} with the key {', '.join(sorted(wanted))}")
    # One after the other: each is a link of one chain.
    return [await _keep(each) for each in given]


async def read_acknowledgements(run: str) -> list[Acknowledgement]:
    """The acknowledgements of a run's report, by time. A blob that is not what its name says is left out.

    So is one that the chain does not hold as it is: whoever may write reports must not take a difference away.
    """
    container = await warehouse(names.REPORTS)
    listed = [blob.name async for blob in container.list_blobs(name_starts_with=f"{folder_of(run)}/")]
    linked = await linked_files() if listed else {}
    paths = [path for path in listed if path in linked]
    kept = await together((_read(path, linked) for path in paths), at_once=REQUESTS)
    return sorted((each for each in kept if each), key=lambda each: (each.when, each.name, each.key))


async def read_acknowledged(run: str) -> Acknowledged:
    """A run's report with its acknowledgements. Raises ResourceNotFoundError without a report."""
    report = await _report(run)
    acknowledgements = await read_acknowledgements(run)
    listed = await _listed_of(report, acknowledgements) if acknowledgements else []
    return Acknowledged(report, acknowledgements, open_in(report, listed, acknowledgements))


async def page_with_acknowledgements(run: str) -> str | None:
    """The page of a report with what was acknowledged; None if nothing was, or the report is of another version."""
    if not await read_acknowledgements(run):
        return None
    try:
        acknowledged = await if_there(read_acknowledged(run))
    except (msgspec.DecodeError, RecursionError):
        return None
    if acknowledged is None:
        return None
    return await asyncio.to_thread(
        to_html, acknowledged.report, acknowledged.acknowledgements, acknowledged.open.acknowledged
    )


async def with_acknowledged(night: Night | None) -> Night | None:
    """A night with the number of its differences that were acknowledged."""
    if night is None or not night.faults:
        return night
    acknowledgements = await read_acknowledgements(night.run)
    if not acknowledgements:
        return night
    # Of what somebody has deleted or changed nothing is read, let alone counted by.
    if not await _are_as_written([report_path(night.run, "json")]):
        return night
    try:
        report = await _report(night.run)
    except (ResourceNotFoundError, msgspec.DecodeError):
        return night  # deleted since, or of an earlier version: nothing tells what was acknowledged
    if not await _are_as_written(report.lists):
        return night
    # Lists may be long, and this is asked every minute: they are read once they can all be acknowledged.
    differences = sum(of_class.count for of_class in report.differences if CLASS[of_class.name].weight == "fault")
    is_short = differences <= len(acknowledgements)
    listed = await _listed_of(report, acknowledgements) if is_short else []
    acknowledged = sum(open_in(report, listed, acknowledgements).acknowledged.values())
    return msgspec.structs.replace(night, acknowledged=acknowledged)


async def _keep(given: Acknowledgement) -> Acknowledgement:
    container = await warehouse(names.REPORTS)
    try:
        await container.upload_blob(given.path, msgspec.json.encode(given), overwrite=False)
    except ResourceExistsError:
        if kept := await _read(given.path, await linked_files()):
            return kept
        # Of a call before that died in between, or of somebody who may not acknowledge anything.
        await write_blob(container, given.path, msgspec.json.encode(given))
    await append(given.path, [given.path])
    return given


async def _report(run: str) -> Report:
    return msgspec.json.decode(await read_blob(await warehouse(names.REPORTS), report_path(run, "json")), type=Report)


async def _are_as_written(paths: Sequence[str]) -> bool:
    linked, container = await linked_files(), await warehouse(names.REPORTS)
    for path in paths:
        if path not in linked or linked[path] != await digest_of_blob(container, path):
            return False
    return True


async def _listed(report: Report) -> AsyncIterator[Listed]:
    container = await warehouse(names.REPORTS)
    for path in report.lists:
        for line in _lines.decode_lines(await read_blob(container, path)):
            yield line.name, line.difference


async def _listed_of(report: Report, acknowledgements: Sequence[Acknowledgement]) -> list[Listed]:
    """The lines of the lists that were acknowledged: memory holds these, and one list."""
    keys = {(given.name, given.key) for given in acknowledgements}
    return [(name, difference) async for name, difference in _listed(report) if (name, key_of(difference)) in keys]


async def _read(path: str, linked: Mapping[str, str]) -> Acknowledgement | None:
    data = await read_if_there(await warehouse(names.REPORTS), path)
    if data is None or linked.get(path) != digest_of(data):
        return None
    try:
        kept = _decoder.decode(data)
    except msgspec.DecodeError:
        return None
    return kept if kept.path == path else None
