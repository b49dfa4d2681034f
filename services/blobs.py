"""Blobs: the warehouse account, and the app's own account for what a running orchestration hands on."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import contextlib
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from hashlib import sha256
from typing import Any, TypeVar

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings, StorageErrorCode
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, BlobServiceClient, ContainerClient

from services import names
from services.clients import CachedClient
from services.connections import Connection
from services.credentials import open_credential
from services.settings import settings
from services.transport import http_transport

Read = TypeVar("Read")
Written = TypeVar("Written")

JSON = "application/json"
NDJSON = "application/x-ndjson"

# The SDK briefly keeps two copies of each response. Requests of 8 MB scan an archive as fast as the default's 32 and 4
# MB, and took 60 MB less (measured).
_REQUEST_BYTES = 8 * 1024 * 1024
_SLICE_BYTES = 1024 * 1024
_UNREADABLE: dict[str, str] = {
    StorageErrorCode.BLOB_ARCHIVED: "the blob is in the archive tier: bring it back",
    StorageErrorCode.BLOB_BEING_REHYDRATED: "the blob is on its way back from the archive tier: wait for it",
    # The SDK has no name for it.
    "BlobUsesCustomerSpecifiedEncryption": "the blob was written with somebody's own key: write it without one",
}
_log = logging.getLogger(__name__)
_CONNECT_SECONDS = 5
_READ_SECONDS = 30
# The SDK's own back-off begins at 15 s; whoever calls is retried anyway, so what takes longer than a blip may fail.
_RETRIES: dict[str, int] = {"retry_total": 3, "initial_backoff": 1, "increment_base": 2, "random_jitter_range": 1}


class _Account:
    """An account and its containers; the SDK makes a pipeline for each client of a container."""

    def __init__(self, service: BlobServiceClient) -> None:
        self.service = service
        self._containers: dict[str, ContainerClient] = {}

    def container(self, name: str) -> ContainerClient:
        """The client of a container, made once."""
        if name not in self._containers:
            self._containers[name] = self.service.get_container_client(name)
        return self._containers[name]


def _opener(connection: Callable[[], Connection]) -> Callable[[AsyncExitStack], Awaitable[_Account]]:
    async def open_account(resources: AsyncExitStack) -> _Account:
        account = connection()
        options: dict[str, Any] = {
            "transport": http_transport(connection_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS),
            **_RETRIES,
            "max_single_get_size": _REQUEST_BYTES,
            "max_chunk_get_size": _REQUEST_BYTES,
        }
        if account.connection_string:
            client = BlobServiceClient.from_connection_string(account.connection_string, **options)
        else:
            credential = await open_credential(account, resources)
            client = BlobServiceClient(account.address or "", credential=credential, **options)
        return _Account(await resources.enter_async_context(client))

    return open_account


_warehouse = CachedClient(_opener(lambda: settings().warehouse))
_jobs_storage = CachedClient(_opener(lambda: settings().jobs_storage))


async def warehouse(container: str) -> ContainerClient:
    """A container of the warehouse account: the archives, `fraud-events`, `quarantine`, `reports`."""
    return (await _warehouse.get()).container(container)


async def jobs_storage() -> BlobServiceClient:
    """The app's own account."""
    return (await _jobs_storage.get()).service


async def workflow_data() -> ContainerClient:
    """The container `workflow-data` of the app's own account: orchestrations' small inputs, large data beside them."""
    return (await _jobs_storage.get()).container(names.WORKFLOW_DATA)


async def write_blob(
    container: ContainerClient,
    path: str,
    data: bytes,
    content_type: str = JSON,
    metadata: dict[str, str] | None = None,
) -> None:
    """Write a block blob at a path computed from its content's identity; a second write replaces the first."""
    whole: dict[str, Any] = {"content_settings": ContentSettings(content_type=content_type), "metadata": metadata}

    def upload() -> Awaitable[object]:
        return container.upload_blob(path, data, length=len(data), overwrite=True, **whole)

    await beyond_lease(container.get_blob_client(path), upload)


async def beyond_lease(blob: BlobClient, write: Callable[[], Awaitable[Written]]) -> Written:
    """Write or delete a blob, even if somebody holds a lease on it: the app takes none on these, and it is broken.

    Whoever may write a blob may lease it for ever, and nobody else could write it from then on.
    """
    try:
        return await write()
    except HttpResponseError as error:
        if getattr(error, "error_code", None) != StorageErrorCode.LEASE_ID_MISSING:
            raise
    _log.error("%s/%s is leased by another hand: the lease is broken", blob.container_name, blob.blob_name)
    with contextlib.suppress(ResourceExistsError):  # a conflict, to the SDK: it has ended by itself
        await BlobLeaseClient(blob).break_lease(lease_break_period=0)
    return await write()


async def write_over(
    container: ContainerClient,
    path: str,
    data: bytes,
    content_type: str = JSON,
    metadata: dict[str, str] | None = None,
) -> None:
    """Like `write_blob`, but also replaces a blob that somebody has moved to the archive tier, where it cannot be
    replaced.
    """
    try:
        await write_blob(container, path, data, content_type, metadata)
    except HttpResponseError as error:
        if not is_unreadable(error):
            raise
        await delete_blob(container, path)
        await write_blob(container, path, data, content_type, metadata)


async def create_blob(container: ContainerClient, path: str, data: bytes, content_type: str) -> bool:
    """Write a block blob unless there is one at its path; false if there is."""
    settings_of_content = ContentSettings(content_type=content_type)
    try:
        await container.upload_blob(path, data, length=len(data), overwrite=False, content_settings=settings_of_content)
    except ResourceExistsError:
        return False
    return True


async def read_blob(container: ContainerClient, path: str) -> bytes:
    """All bytes of a blob. Raises ResourceNotFoundError if absent."""
    return await (await container.download_blob(path)).readall()


async def read_bytes(container: ContainerClient, path: str, start: int, length: int) -> bytes:
    """The bytes of a blob from `start` on, at most `length` of them. Raises HttpResponseError beyond the end of the
    blob.
    """
    return await (await container.download_blob(path, offset=start, length=length)).readall()


async def read_chunks(container: ContainerClient, path: str) -> AsyncIterator[bytes]:
    """The bytes of a blob as they arrive, in slices of at most 1 MB. Raises ResourceNotFoundError if absent."""
    download = await container.download_blob(path)
    async for chunk in download.chunks():
        for start in range(0, len(chunk), _SLICE_BYTES):
            yield chunk[start : start + _SLICE_BYTES]
        del chunk  # or it is held while the next one comes


async def chunks_if_there(container: ContainerClient, path: str) -> AsyncIterator[bytes]:
    """Like `read_chunks`; none of a blob that is absent, or in the archive tier."""
    chunks = read_chunks(container, path)
    while chunk := await if_there(anext(chunks, b"")):
        yield chunk


async def lines_of(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The lines of a text that arrives in pieces, without their ends; the last one may be empty."""
    left = b""
    async for chunk in chunks:
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            yield line
    yield left


async def digest_of_blob(container: ContainerClient, path: str) -> str | None:
    """The SHA-256 of a blob in hexadecimal digits, of which memory holds a slice at a time.

    None if it is absent, or in the archive tier.
    """
    return await if_there(_digest_of(container, path))


async def _digest_of(container: ContainerClient, path: str) -> str:
    digest = sha256()
    async for chunk in read_chunks(container, path):
        digest.update(chunk)
    return digest.hexdigest()


async def read_if_there(container: ContainerClient, path: str) -> bytes | None:
    """All bytes of a blob; None if it is absent, or in the archive tier."""
    return await if_there(read_blob(container, path))


async def if_there(reading: Awaitable[Read]) -> Read | None:
    """The outcome of reading a blob; None if that is absent, or in the archive tier."""
    try:
        return await reading
    except ResourceNotFoundError:
        return None
    except HttpResponseError as error:
        if not is_unreadable(error):
            raise
        return None


def why_unreadable(error: HttpResponseError) -> str | None:
    """The reason, and what to do, if a blob is in the archive tier or encrypted with a key that the app does not have:
    whoever may write it may see to that. None for any other error.
    """
    return _UNREADABLE.get(getattr(error, "error_code", None) or "")


def is_unreadable(error: HttpResponseError) -> bool:
    """True if nothing but the blob itself stands in the way (`why_unreadable`)."""
    return why_unreadable(error) is not None


async def delete_blob(container: ContainerClient, path: str) -> None:
    """Delete a blob; one that is already gone is deleted as well."""
    with contextlib.suppress(ResourceNotFoundError):
        await delete_with_snapshots(container, path)


async def delete_with_snapshots(container: ContainerClient, path: str, **condition: Any) -> None:
    """Delete a blob under a condition, with its snapshots: whoever may write it may take one, and it could not be
    deleted without it. Raises ResourceNotFoundError if it is absent.
    """

    def delete() -> Awaitable[None]:
        return container.delete_blob(path, delete_snapshots="include", **condition)

    await beyond_lease(container.get_blob_client(path), delete)
