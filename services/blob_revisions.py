"""Blobs that are amended: each write is conditional and counts, so that an older state never replaces a newer one."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Awaitable, Mapping
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import ContainerClient

from services.blobs import beyond_lease

_NUMBER = "revision"
"""The blob's metadata that holds the number of its revision."""


class Revision(msgspec.Struct, frozen=True):
    """A blob as it was read or written. `number` is 1 for the first, one more for each that replaced it."""

    data: bytes
    number: int
    etag: str


async def read_revision(container: ContainerClient, path: str) -> Revision | None:
    """A blob with the number of its revision; None if absent. One that was written without a number is the first."""
    try:
        download = await container.download_blob(path)
        data = await download.readall()
    except ResourceNotFoundError:
        return None
    return Revision(data, _number(download.properties.metadata or {}), str(download.properties.etag))


async def create_revision(container: ContainerClient, path: str, data: bytes, content_type: str) -> Revision | None:
    """Write a blob that is not there yet; None if it is."""
    try:
        return await _write(container, path, data, content_type)
    except ResourceExistsError:
        return None


async def replace_revision(
    container: ContainerClient, path: str, before: Revision, data: bytes, content_type: str
) -> Revision | None:
    """Write a blob in the place of a revision; None if that is not the newest any more."""
    try:
        return await _write(container, path, data, content_type, before)
    except (ResourceModifiedError, ResourceNotFoundError):
        return None


async def _write(
    container: ContainerClient, path: str, data: bytes, content_type: str, before: Revision | None = None
) -> Revision:
    number = before.number + 1 if before else 1
    condition: dict[str, Any] = {}
    if before:
        condition = {"etag": before.etag, "match_condition": MatchConditions.IfNotModified}
    blob = container.get_blob_client(path)

    def upload() -> Awaitable[dict[str, Any]]:
        return blob.upload_blob(
            data,
            length=len(data),
            metadata={_NUMBER: str(number)},
            content_settings=ContentSettings(content_type=content_type),
            overwrite=before is not None,
            **condition,
        )

    answer = await beyond_lease(blob, upload)
    return Revision(data, number, str(answer["etag"]))


def _number(metadata: Mapping[str, str]) -> int:
    text = metadata.get(_NUMBER, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
