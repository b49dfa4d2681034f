"""The re-analyses that have ended, and the verdicts that they have replaced."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging

import msgspec
from azure.storage.blob.aio import ContainerClient

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.queries import Question
from fraud.reanalysis.asking import KeptVerdicts
from fraud.reanalysis.messages import ReanalysisState
from services import names
from services.blobs import read_if_there, warehouse, write_blob
from services.concurrency import together
from services.desk.blob_paths import PathRange, last_paths
from services.desk.verdicts import verdicts_in
from services.kept_verdicts import list_kept

_FOLDER = "reanalyses/"
_READS = 8
_log = logging.getLogger(__name__)
_state = msgspec.json.Decoder(ReanalysisState)


class _Place(msgspec.Struct, frozen=True):
    """The path of the last record of a page."""

    path: str


async def keep_reanalysis(state: ReanalysisState) -> None:
    """Write the record of a re-analysis: `reanalyses/{id}.json` in `reports`."""
    await write_blob(await warehouse(names.REPORTS), f"{_FOLDER}{state.order.id}.json", msgspec.json.encode(state))


async def list_reanalyses(asked: Question) -> Page[ReanalysisState]:
    """A page of the re-analyses that have ended, the latest first. Raises ProblemError for a bad token."""
    before = place_in(asked.token, _Place).path if asked.token else None
    container = await warehouse(names.REPORTS)
    paths = await last_paths(container, PathRange(_FOLDER, before=before), asked.limit + 1)
    shown = paths[: asked.limit]
    records = await together((_read(container, path) for path in shown), at_once=_READS)
    following = token_of(_Place(shown[-1])) if len(paths) > asked.limit else None
    return Page(tuple(record for record in records if record), following)


async def _read(container: ContainerClient, path: str) -> ReanalysisState | None:
    try:
        return _state.decode(await read_if_there(container, path) or b"")
    except (ValueError, RecursionError) as error:  # of another hand, or archived: the others are shown
        _log.warning("the record %s cannot be read: %s", path, error)
        return None


async def kept_verdicts(blob: str, most: int) -> tuple[KeptVerdicts, ...]:
    """The verdicts that lay in a blob before, as its case names it: the latest first, each with its `most` worst."""
    container, _, path = blob.partition("/")
    if container != names.FRAUD_EVENTS or not path:
        return ()  # somebody has altered the case
    kept: list[KeptVerdicts] = []
    for before in reversed(await list_kept(path)):
        address = f"{names.FRAUD_EVENTS}/{before.path}"
        verdicts = await verdicts_in(address)
        worst = sorted(verdicts, key=lambda verdict: (-verdict.score, verdict.event_id))[:most]
        kept.append(
            KeptVerdicts(
                revision=before.revision,
                replaced_by=before.by,
                replaced_at=before.at,
                blob=address,
                verdicts=tuple(worst),
                verdicts_in_all=len(verdicts),
            )
        )
    return tuple(kept)
