"""All that a run reads, as one value: the same fingerprint gives the same report, so nothing has to be read again.

Reports and plans store it under the name `evidence`.
"""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec


class BlobVersion(msgspec.Struct, frozen=True, order=True):
    """A blob as it was listed; the etag changes with every write."""

    container: str
    path: str
    etag: str


def fingerprint_of(method: str, blobs: Iterable[BlobVersion], late: bytes, documents: tuple[int, ...] | None) -> str:
    """A digest of all that a run reads, and of the method that judges it; the order of `blobs` does not matter.

    `late`: rows of this range found in blobs to which later windows still append. `documents`: their number and that of
    cases, None if they are left out; edits to them are checked separately.
    """
    digest = blake2b(msgspec.json.encode((method, late, documents)), digest_size=16)
    for blob in sorted(blobs):
        digest.update(msgspec.json.encode(blob))
    return digest.hexdigest()
