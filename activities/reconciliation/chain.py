"""Link what was written about the archives to what was written before, and verify the chain."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.linked_profiles import PROFILES, check_profiles
from activities.reconciliation.run_files import REQUESTS
from reconciliation.chain import (
    HEAD_MISSING,
    Head,
    KeptHead,
    Link,
    Verified,
    check_links,
    digest_of,
    end_of,
    link_path,
    newest,
    number_of,
    read_link,
)
from services import names
from services.blobs import JSON, digest_of_blob, read_if_there, warehouse, workflow_data, write_blob
from services.clients import CachedClient
from services.concurrency import together
from services.rules_in_use import PATH as RULES_IN_USE

HEAD_PATH = "chain/head.json"
"""In the container `workflow-data` of the app's own account: whoever may change reports cannot change it, too."""
_FOLDERS = ("reconciliations/", "acknowledgements/", RULES_IN_USE)
_ATTEMPTS = 40
_A_MOMENT = 0.2
"""Seconds in which a writer that lives writes the link that it has announced."""
_LOOKED_BACK = 256
"""Links, from the newest back, among which the one of a report is looked for before it is read as proof."""
_FAR_BACK = 20_000
"""Links among which one is looked for that must be there: more than a day makes, each acknowledgement being one."""

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
        kept, etag = await _read_kept()
        if kept is None:
            await _mend_head(reports, etag)
            continue
        head = kept.head
        if kept.announced and await _lies_there(reports, kept):
            # Another writer, alive or dead, was here before the head moved: its link comes first.
            await _move_head(Head(head.number + 1, kept.announced), etag)
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
            etag = await _keep(KeptHead(head.number, head.digest, link.head.digest), etag)
        if etag and await _put(reports, link, etag) and await _move_head(link.head, etag):
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
        if (await _read_kept())[1] != etag:
            return False
        _log.error("chain of reports: %s was not announced, and is replaced", path)
        if there is None:  # in the archive tier, where nothing can be replaced
            await reports.delete_blob(path, **unchanged)
            return False
        await reports.upload_blob(path, link.data, overwrite=True, **unchanged)
    except (ResourceNotFoundError, ResourceModifiedError):
        return False
    return True


async def _mend_head(reports: ContainerClient, etag: str | None) -> None:
    """Continue a chain whose head is gone or not readable behind its last link, with a link that says so."""
    number = end_of(await _numbers(reports))
    if not number:
        await _move_head(Head(), etag)
        return
    data = await read_if_there(reports, link_path(number)) or b""
    _log.error("chain of reports: the head is missing, the chain ends with link %s", number)
    link = Head(number, digest_of(data)).following(HEAD_MISSING, {})
    with contextlib.suppress(ResourceExistsError):
        await reports.upload_blob(link_path(link.number), link.data, overwrite=False)
        await _move_head(link.head, etag)


async def current_head() -> Head:
    """The head of the chain as it is now; the beginning of a chain, if it is missing or not readable."""
    head, _ = await _read_head()
    return head or Head()


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
        kept, etag = await _read_kept()
        every = range(1, end_of(await _numbers(reports)) + 1)
        stored = await together((read_if_there(reports, link_path(number)) for number in every), at_once=REQUESTS)
        if (await _read_kept())[1] == etag:
            return kept, stored


async def is_as_written(subject: str, path: str, data: bytes) -> bool:
    """True if the newest link of a subject names this file with the digest of these bytes, and follows to the head.

    False as well if the last links do not tell: then whoever asks reads the archives instead.
    """
    link, _ = await _sought(await warehouse(names.REPORTS), await current_head(), subject, _LOOKED_BACK)
    return link is not None and link.files.get(path) == digest_of(data)


class _Newest:
    """The newest links of subjects that were asked for, as of a head: of one that has moved, what is new is read."""

    def __init__(self) -> None:
        self._as_of: tuple[Head, dict[str, Link | None]] = Head(), {}

    async def of(self, subject: str) -> tuple[Link | None, bool]:
        """As `newest_link`."""
        reports = await warehouse(names.REPORTS)
        head, _ = await _read_head()
        if head is None:
            return None, not await _numbers(reports)
        before, links = self._as_of
        if head != before and links:
            newer, is_whole = await _links_behind(reports, head, before)
            links = {**links, **{link.subject: link for link in reversed(newer) if link.subject in links}}
            links = links if is_whole else {}
        if subject not in links:
            link, is_whole = await _sought(reports, head, subject, _FAR_BACK)
            if not is_whole:
                return link, False
            links = {**links, subject: link}
        self._as_of = head, links
        return links[subject], True


async def _open_newest(_: AsyncExitStack) -> _Newest:
    return _Newest()


_newest = CachedClient(_open_newest)


async def newest_link(subject: str) -> tuple[Link | None, bool]:
    """The newest link of a subject, None if the last _FAR_BACK links hold none.

    False with it if the chain breaks off before one: then nobody can tell. Only a head that has moved is read behind.
    """
    return await (await _newest.get()).of(subject)


async def _sought(reports: ContainerClient, head: Head, subject: str, most: int) -> tuple[Link | None, bool]:
    """The newest link of a subject among the last ones, `most` of them; False with it if the chain breaks off."""
    end = max(0, head.number - most)
    walked = 0
    async for link in _links_back(reports, head, end):
        if link.subject == subject:
            return link, True
        walked += 1
    return None, walked == head.number - end


class _Walked:
    """The files that links name, with the newest digest of each, as far back as one link follows the other."""

    def __init__(self) -> None:
        self._end = Head()
        self._files: dict[str, str] = {}

    async def files(self) -> dict[str, str]:
        """Those of the chain as it is now. Only what is new is read: a link that was read stays as it is."""
        head, _ = await _read_head()
        if head is None or head == self._end:
            return self._files if head else {}
        reports = await warehouse(names.REPORTS)
        links, is_whole = await _links_behind(reports, head, self._end)
        files = dict(self._files) if is_whole else {}
        if not is_whole and self._end.number:
            links, is_whole = await _links_behind(reports, head, Head())
        for link in reversed(links):
            files.update(link.files)
        if is_whole:
            self._end, self._files = head, files
        return files


async def _open_walked(_: AsyncExitStack) -> _Walked:
    return _Walked()


_walked = CachedClient(_open_walked)


async def linked_files() -> dict[str, str]:
    """The SHA-256 of every file that the chain names, by its path in `reports`, from the head back to where it breaks.

    What somebody has put there without the chain, or has changed since, is not in it with its digest.
    """
    return await (await _walked.get()).files()


async def _links_behind(reports: ContainerClient, head: Head, end: Head) -> tuple[list[Link], bool]:
    """The links from the head back to another one's end, the newest first; False if they do not lead to it."""
    links = [link async for link in _links_back(reports, head, end.number)]
    last = links[-1].previous if links else head.digest
    return links, len(links) == head.number - end.number and last == end.digest


async def _links_back(reports: ContainerClient, head: Head, end: int) -> AsyncIterator[Link]:
    """The links from the head back to the one behind a number, as far as each is what the one after it names."""
    digest = head.digest
    for first in range(head.number, end, -REQUESTS):
        asked = range(first, max(end, first - REQUESTS), -1)
        for stored in await together((read_if_there(reports, link_path(each)) for each in asked), at_once=REQUESTS):
            link = read_link(stored) if stored and digest_of(stored) == digest else None
            if link is None:
                return
            yield link
            digest = link.previous


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


async def _link(reports: ContainerClient, number: int) -> Link | None:
    data = await read_if_there(reports, link_path(number))
    return read_link(data) if data is not None else None


async def _numbers(reports: ContainerClient) -> list[int]:
    """The numbers of all links, and of blobs that have the name of one."""
    numbers = [number_of(blob.name) async for blob in reports.list_blobs(name_starts_with="chain/")]
    return [number for number in numbers if number]


async def _read_head() -> tuple[Head | None, str | None]:
    """The head, None if it is missing or not readable; and the ETag of its blob, None without one."""
    kept, etag = await _read_kept()
    return (kept.head if kept else None), etag


async def _read_kept() -> tuple[KeptHead | None, str | None]:
    """The same with what it announces."""
    try:
        download = await (await workflow_data()).download_blob(HEAD_PATH)
    except ResourceNotFoundError:
        return None, None
    etag = str(download.properties.etag)
    try:
        return msgspec.json.decode(await download.readall(), type=KeptHead), etag
    except msgspec.DecodeError:
        return None, etag


async def _move_head(head: Head, etag: str | None) -> bool:
    """Move the head on; False if another writer has."""
    return await _keep(KeptHead(head.number, head.digest), etag) is not None


async def _keep(kept: KeptHead, etag: str | None) -> str | None:
    """Keep a head in the place of the one of an ETag; its own ETag, None if another writer has changed it."""
    blob = (await workflow_data()).get_blob_client(HEAD_PATH)
    data = msgspec.json.encode(kept)
    try:
        if etag is None:
            written = await blob.upload_blob(data, overwrite=False)
        else:
            written = await blob.upload_blob(
                data, overwrite=True, etag=etag, match_condition=MatchConditions.IfNotModified
            )
    except (ResourceExistsError, ResourceModifiedError):
        return None
    return str(written["etag"])


async def write_and_link(subject: str, path: str, data: bytes) -> Head:
    """Write one file of the container `reports`, and link it."""
    await write_blob(await warehouse(names.REPORTS), path, data, JSON)
    return await append(subject, [path])
