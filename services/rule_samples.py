"""The samples that a trial writes for a fit: `rules/samples/{trial}/{window}.json` in `reports`, those of one trial."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging

import msgspec

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import not_found
from fraud.reanalysis.samples import WindowSamples
from fraud.slices import slices
from services import names
from services.blobs import delete_blob, read_if_there, warehouse, write_blob
from services.concurrency import together
from services.desk.blob_paths import PathRange, last_paths

_FOLDER = "rules/samples/"
_AT_ONCE = 8
_MOST_OF_A_PAGE = 4 * 1024 * 1024
"""Bytes of a page, after which it ends: a window of a thousand verdicts has some 90 KB (measured)."""
_log = logging.getLogger(__name__)
_samples = msgspec.json.Decoder(WindowSamples)


class _Place(msgspec.Struct, frozen=True):
    """The path of the last window of a page."""

    path: str


async def keep_samples(trial: str, samples: WindowSamples) -> None:
    """Write the samples of a window; a second write replaces the first."""
    path = f"{_folder(trial)}{samples.window}.json"
    await write_blob(await warehouse(names.REPORTS), path, msgspec.json.encode(samples))


async def list_samples(trial: str, limit: int, token: str | None) -> Page[WindowSamples]:
    """A page of the windows of a trial. Raises ProblemError: 404 if it has left no samples, 400 for a bad token."""
    container, before = await warehouse(names.REPORTS), place_in(token, _Place).path if token else None
    paths = await last_paths(container, PathRange(_folder(trial), before=before), limit + 1)
    if not paths and before is None:
        raise not_found("trial", f"that has left samples under the name {trial}")
    windows, size, shown = list[WindowSamples](), 0, 0
    for wave in slices(paths[:limit], _AT_ONCE):
        read = await together((read_if_there(container, path) for path in wave), at_once=_AT_ONCE)
        windows += [samples for data in read if data and (samples := _decoded(trial, data))]
        size, shown = size + sum(len(data or b"") for data in read), shown + len(wave)
        if size >= _MOST_OF_A_PAGE:
            break
    return Page(tuple(windows), token_of(_Place(paths[shown - 1])) if shown < len(paths) else None)


def _decoded(trial: str, data: bytes) -> WindowSamples | None:
    try:
        return _samples.decode(data)
    except (ValueError, RecursionError) as error:  # of another hand: whoever reads misses what was counted
        _log.warning("samples of %s cannot be read: %s", trial, error)
        return None


async def delete_samples_of_others(trial: str) -> None:
    """Delete the samples that other trials have left."""
    container = await warehouse(names.REPORTS)
    own = _folder(trial)
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=_FOLDER)]
    await together((delete_blob(container, path) for path in paths if not path.startswith(own)), at_once=_AT_ONCE)


def _folder(trial: str) -> str:
    return f"{_FOLDER}{trial}/"
