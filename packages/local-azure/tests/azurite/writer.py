"""A client that writes to Azurite without pause, to blobs of its own, and knows what must be there after a kill."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK is typed in part only.

import itertools
import random
import threading
from collections.abc import Callable

import msgspec
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobClient, BlobLeaseClient, ContainerClient


class State(msgspec.Struct, frozen=True):
    """A blob as a reader sees it. `staged` are the ids of blocks that are uploaded but not committed."""

    content: bytes
    metadata: dict[str, str]
    staged: tuple[str, ...] = ()
    lease: str = "available"


Possible = dict[str, tuple[State | None, ...]]
"""By a blob's name, every state that it may have; None is a blob that is not there.

That is one, but two for the blob whose last write was not answered: it has taken place or it has not.
"""


_marks = itertools.count()
Send = Callable[[], object]


class Writer(threading.Thread):
    """Writes at random until Azurite does not answer. `possible` is what it starts from and what it ends with.

    `padding` is how many characters of metadata it adds.
    """

    def __init__(self, container: ContainerClient, number: int, possible: Possible, padding: int) -> None:
        super().__init__(daemon=True)
        self._container = container
        self._random = random.Random(next(_marks))
        self._padding = "p" * padding
        self._names = [f"{number}-{kind}-{count}" for kind in _CHOICES for count in range(2)]
        self.possible = {name: possible.get(name, (None,)) for name in self._names}
        self.acknowledged = 0

    def run(self) -> None:
        """Write until Azurite is gone."""
        try:
            while True:
                self._write(self._random.choice(self._names))
                self.acknowledged += 1
        except AzureError:
            return

    def _write(self, name: str) -> None:
        blob = self._container.get_blob_client(name)
        before = observe(blob) if len(self.possible[name]) > 1 else self.possible[name][0]
        mark = f"{next(_marks):09}"
        choices = _CHOICES[name.split("-")[1]] if before else (_upload,)
        after, send = self._random.choice(choices)(blob, before or State(b"", {}), mark, self._padding)
        self.possible[name] = (before, after)
        send()
        self.possible[name] = (after,)


def observe(blob: BlobClient) -> State | None:
    """The state of the blob now, None if it does not exist."""
    try:
        content = blob.download_blob().readall()
    except ResourceNotFoundError:
        return None
    properties = blob.get_blob_properties()
    staged: tuple[str, ...] = ()
    if properties.blob_type == "BlockBlob":
        staged = tuple(block.id for block in blob.get_block_list("uncommitted")[1])
    return State(content, properties.metadata, staged, properties.lease.state)


def _upload(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    kind = "AppendBlob" if "-log-" in blob.blob_name else "BlockBlob"
    metadata = {"mark": mark, "padding": padding}
    content = b"" if kind == "AppendBlob" else mark.encode()
    if kind == "AppendBlob":
        return State(content, metadata), lambda: blob.create_append_blob(metadata=metadata)
    return State(content, metadata), lambda: blob.upload_blob(content, metadata=metadata, overwrite=True)


def _set_metadata(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    metadata = {"mark": mark, "padding": padding}
    return msgspec.structs.replace(before, metadata=metadata), lambda: blob.set_blob_metadata(metadata)


def _delete(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    return None, blob.delete_blob


def _append(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    content = mark.encode()
    return msgspec.structs.replace(before, content=before.content + content), lambda: blob.append_block(content)


def _stage(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    after = msgspec.structs.replace(before, staged=(*before.staged, mark))
    return after, lambda: blob.stage_block(mark, mark.encode())


def _commit(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    if not before.staged:
        return _stage(blob, before, mark, padding)
    blocks = [BlobBlock(block) for block in before.staged]
    after = State("".join(before.staged).encode(), {"mark": mark})
    return after, lambda: blob.commit_block_list(blocks, metadata={"mark": mark})


def _lease(blob: BlobClient, before: State, mark: str, padding: str) -> tuple[State | None, Send]:
    if before.lease == "available":
        return msgspec.structs.replace(before, lease="leased"), lambda: blob.acquire_lease(-1, _LEASE)
    return msgspec.structs.replace(before, lease="available"), BlobLeaseClient(blob, _LEASE).release


_LEASE = "1c2d3e4f-0000-4000-8000-000000000000"
_CHOICES = {
    "whole": (_upload, _set_metadata, _delete),
    "blocks": (_stage, _stage, _commit),
    "log": (_append, _append, _append, _delete),
    "leased": (_lease,),
}
