"""The evidence beside verdicts that are read again."""

import logging
from collections.abc import Sequence

from fraud.evidence import DamagedEvidenceError, EvidencePart, Snapshot, unpacked
from fraud.verdicts import EVIDENCE, evidence_folder
from services import names
from services.blobs import read_if_there, warehouse
from services.concurrency import together

_READS = 8

_log = logging.getLogger(__name__)


async def list_evidence(verdicts: Sequence[str]) -> dict[str, list[str]]:
    """The evidence on the verdicts at some paths: the paths of its parts, in order. One listing for each hour."""
    container = await warehouse(names.FRAUD_EVENTS)
    by_folder: dict[str, list[str]] = {}

    async def list_hour(hour: str) -> None:
        async for blob in container.list_blobs(name_starts_with=f"{EVIDENCE}/{hour}"):
            by_folder.setdefault(f"{blob.name.rpartition('/')[0]}/", []).append(blob.name)

    await together(map(list_hour, sorted(set(map(_hour, verdicts)))), at_once=_READS)
    return {path: sorted(by_folder.get(evidence_folder(path), [])) for path in verdicts}


def _hour(path: str) -> str:
    """The prefix of the paths of one hour's verdicts, in any folder: the time without its minutes."""
    return path.rpartition("/")[0][: -len("00")]


async def snapshot_of(paths: Sequence[str]) -> Snapshot:
    """The evidence in some parts. Missing, archived and damaged parts are left out: a verdict may name one of these."""
    parts = await together(map(_read, paths), at_once=_READS)
    return Snapshot(part for part in parts if part)


async def _read(path: str) -> EvidencePart | None:
    data = await read_if_there(await warehouse(names.FRAUD_EVENTS), path)
    try:
        if data is not None:
            return unpacked(data)
        problem = "it is gone, or in the archive tier"
    except DamagedEvidenceError as damage:
        problem = str(damage)
    _log.warning("%s/%s is left out: %s", names.FRAUD_EVENTS, path, problem)
    return None
