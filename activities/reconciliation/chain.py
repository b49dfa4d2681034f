"""Link what was written about the archives to what was written before, and verify the chain."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.chain_head import keep, move_head, read_kept
from activities.reconciliation.chain_reading import link_numbers, newest_link
from activities.reconciliation.linked_profiles import PROFILES, check_profiles
from activities.reconciliation.run_files import REQUESTS
from reconciliation.chain import (
    HEAD_MISSING,
    NOT_AS_WRITTEN,
    Head,
    KeptHead,
    Link,
    Verified,
    check_links,
    digest_of,
    end_of,
    link_path,
    newest,
    read_link,
)
from services import names
from services.blobs import (
    JSON,
    beyond_lease,
    delete_with_snapshots,
    digest_of_blob,
    read_if_there,
    warehouse,
    write_blob,
)
from services.concurrency import together
from services.rules_in_use import PATH as RULES_IN_USE

_FOLDERS = ("reconciliations/", "acknowledgements/", RULES_IN_USE)
_ATTEMPTS = 40
_A_MOMENT = 0.2
"""Seconds in which a writer that lives writes the link that it has announced."""
_log = logging.getLogger(__name__)


class ChainError(Exception):
    """The chain could not be continued; the activity tries again."""


async def append(subject: str, paths: Iterable[str]) -> Head:
    """Link these files, as they are now, to the chain; gives its new head.

    Done twice with the same files, it adds one link. A chain that somebody has broken is continued, and stays broken
    where it is. Raises ChainError, and what the blob service raised.
    """
    reports = await warehouse(names.REPORTS)
    listed = sorted(paths)
    digests = await together((digest_of_blob(reports, path) for path in listed), at_once=REQUESTS)
    files = {path: digest for path, digest in zip(listed, digests, strict=True) if digest}
    waited_for = ""
    for _ in range(_ATTEMPTS):
        kept, etag = await read_kept()
        if kept is None:
            await _mend_head(reports, etag)
            continue
        head = kept.head
        if kept.announced and await _lies_there(reports, kept):
            # Another writer, alive or dead, was here before the head moved: its link comes first.
            await move_head(Head(head.number + 1, kept.announced), etag)
            continue
        last = await _link(reports, head.number) if head.number else None
        if last and (last.subject, last.files) == (subject, files):
            return head
        link = head.following(subject, files)
        if kept.announced not in {"", link.head.digest, waited_for}:
            # Whoever announced it is most likely alive.
            waited_for = kept.announced
            await asyncio.sleep(_A_MOMENT)
            continue
        if kept.announced != link.head.digest:
            etag = await keep(KeptHead(head.number, head.digest, link.head.digest), etag)
        if etag and await _put(reports, link, etag) and await move_head(link.head, etag):
            _log.info("chain of reports: head %s subject %s", link.head, subject)
            return link.head
    raise ChainError(f"others have continued the chain at each of {_ATTEMPTS} attempts")


async def _lies_there(reports: ContainerClient, kept: KeptHead) -> bool:
    """True if the link that a head announces is written."""
    data = await read_if_there(reports, link_path(kept.number + 1))
    return data is not None and digest_of(data) == kept.announced


async def _put(reports: ContainerClient, link: Link, etag: str) -> bool:
    """Write the link that the head of an ETag announces; False if another writer was faster.

    What lies in its place is not adopted, for whoever may write reports could put it there: it is replaced.
    """
    path = link_path(link.number)
    with contextlib.suppress(ResourceExistsError):
        await reports.upload_blob(path, link.data, overwrite=False)
        return True
    try:
        unchanged: Any = {
            "etag": str((await reports.get_blob_client(path).get_blob_properties()).etag),
            "match_condition": MatchConditions.IfNotModified,
        }
        there = await read_if_there(reports, path)
        if there == link.data:
            return True
        # It was read before this: as long as the head announces ours, it is nobody's that counts.
        if (await read_kept())[1] != etag:
            return False
        _log.error("chain of reports: %s was not announced, and is replaced", path)
        if there is None:  # in the archive tier, where nothing can be replaced
            await delete_with_snapshots(reports, path, **unchanged)
            return False
        blob = reports.get_blob_client(path)
        await beyond_lease(blob, lambda: reports.upload_blob(path, link.data, overwrite=True, **unchanged))
    except (ResourceNotFoundError, ResourceModifiedError):
        return False
    return True


async def _mend_head(reports: ContainerClient, etag: str | None) -> None:
    """Continue a chain whose head is gone or not readable behind its last link, with a link that says so."""
    number = end_of(await link_numbers(reports))
    if not number:
        await move_head(Head(), etag)
        return
    data = await read_if_there(reports, link_path(number)) or b""
    _log.error("chain of reports: the head is missing, the chain ends with link %s", number)
    link = Head(number, digest_of(data)).following(HEAD_MISSING, {})
    with contextlib.suppress(ResourceExistsError):
        await reports.upload_blob(link_path(link.number), link.data, overwrite=False)
        await move_head(link.head, etag)


async def verify_chain(noted: Head | None = None) -> Verified:
    """Compare every link with the one before, the last one with the heads, and every file with its link."""
    reports = await warehouse(names.REPORTS)
    kept, stored = await _read_chain(reports)
    head, length = (kept.head if kept else None), len(stored)
    problems = list(check_links(stored, head, noted, kept.announced if kept else ""))
    problems += await _check_strays(reports, max(length, head.number if head else 0))
    links = [link for data in stored if data is not None and (link := read_link(data))]
    last = newest(links)
    problems += await _check_files(reports, list(last.values()))
    problems += await check_profiles(last.get(PROFILES))
    return Verified(length, str(head or Head()), problems)


async def _read_chain(reports: ContainerClient) -> tuple[KeptHead | None, list[bytes | None]]:
    """The head as it is kept, and the links: read again if somebody writes one meanwhile."""
    while True:
        kept, etag = await read_kept()
        every = range(1, end_of(await link_numbers(reports)) + 1)
        stored = await together((read_if_there(reports, link_path(number)) for number in every), at_once=REQUESTS)
        if (await read_kept())[1] == etag:
            return kept, stored


async def _check_strays(reports: ContainerClient, length: int) -> list[str]:
    links = set(map(link_path, range(1, length + 1)))
    blobs = reports.list_blobs(name_starts_with="chain/")
    return [f"{blob.name} is not a link: somebody else wrote it" async for blob in blobs if blob.name not in links]


async def _check_files(reports: ContainerClient, links: Sequence[Link]) -> list[str]:
    expected = {path: digest for link in links for path, digest in link.files.items()}
    digests = await together((digest_of_blob(reports, path) for path in sorted(expected)), at_once=REQUESTS)
    problems = [
        f"{path} is {'not what was written' if digest else 'missing'}"
        for path, digest in zip(sorted(expected), digests, strict=True)
        if digest != expected[path]
    ]
    for folder in _FOLDERS:
        async for blob in reports.list_blobs(name_starts_with=folder):
            if blob.name not in expected:
                problems.append(f"{blob.name} is in no link: somebody else wrote it, or an earlier version of the app")
    return problems


async def note_if_altered(path: str) -> None:
    """Link that a file is not what its newest link holds: before the app writes another one, whose link would hide it.

    A writer that died between a file and its link leaves the same. Raises as `append`.
    """
    link, is_whole = await newest_link(path)
    if link is None and not is_whole:
        return  # the chain breaks off before it: that is named, and nobody can tell
    digest = await digest_of_blob(await warehouse(names.REPORTS), path)
    if digest != (link.files.get(path) if link else None):
        _log.error("chain of reports: %s is not what was written, and is about to be changed", path)
        await append(f"{NOT_AS_WRITTEN}{path}", [])


async def _link(reports: ContainerClient, number: int) -> Link | None:
    data = await read_if_there(reports, link_path(number))
    return read_link(data) if data is not None else None


async def write_and_link(subject: str, path: str, data: bytes) -> Head:
    """Write one file of the container `reports`, and link it."""
    await write_blob(await warehouse(names.REPORTS), path, data, JSON)
    return await append(subject, [path])
