"""The head of the chain: a blob of the app's own account, which says where the chain ends and what its next link is."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError

from reconciliation.chain import Head, KeptHead
from services.blobs import workflow_data

HEAD_PATH = "chain/head.json"
"""In the container `workflow-data` of the app's own account: whoever may change reports cannot change it, too."""


async def current_head() -> Head:
    """The head of the chain as it is now; the beginning of a chain, if it is missing or not readable."""
    head, _ = await read_head()
    return head or Head()


async def read_head() -> tuple[Head | None, str | None]:
    """The head, None if it is missing or not readable; and the ETag of its blob, None without one."""
    kept, etag = await read_kept()
    return (kept.head if kept else None), etag


async def read_kept() -> tuple[KeptHead | None, str | None]:
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


async def move_head(head: Head, etag: str | None) -> bool:
    """Move the head on; False if another writer has."""
    return await keep(KeptHead(head.number, head.digest), etag) is not None


async def keep(kept: KeptHead, etag: str | None) -> str | None:
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
