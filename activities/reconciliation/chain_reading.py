"""The chain read from its head back: the newest link of a subject, and all files that links name."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.chain_head import current_head, read_head
from activities.reconciliation.run_files import REQUESTS
from reconciliation.chain import Head, Link, digest_of, link_path, number_of, read_link
from services import names
from services.blobs import read_if_there, warehouse
from services.clients import CachedClient
from services.concurrency import together

_LOOKED_BACK = 256
"""Links, from the newest back, among which the one of a report is looked for before it is read as proof."""
_FAR_BACK = 20_000
"""Links among which one is looked for that must be there: more than a day makes, each acknowledgement being one."""


async def is_as_written(subject: str, path: str, data: bytes) -> bool:
    """True if the newest link of a subject names this file with the digest of these bytes, and leads to the head.

    False as well if the last links cannot tell; the caller then reads the archives instead.
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
        head, _ = await read_head()
        if head is None:
            return None, not await link_numbers(reports)
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
    """The newest link of a subject; None if the last _FAR_BACK links hold none.

    Gives False with it if the chain breaks off before such a link, because then nobody can tell. If the head has moved,
    only the links behind the former one are read.
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
        head, _ = await read_head()
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


async def link_numbers(reports: ContainerClient) -> list[int]:
    """The numbers of all links, and of blobs that have the name of one."""
    numbers = [number_of(blob.name) async for blob in reports.list_blobs(name_starts_with="chain/")]
    return [number for number in numbers if number]
