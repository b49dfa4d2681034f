"""What a run reads, as one value: the same evidence gives the same report, so nothing has to be read again."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec


class BlobVersion(msgspec.Struct, frozen=True, order=True):
    """A blob as it was listed; the etag changes with every write."""

    container: str
    path: str
    etag: str


def evidence_of(method: str, blobs: Iterable[BlobVersion], late: bytes, documents: int | None) -> str:
    """A digest of all that a run reads, and of the method that judges it; the order of `blobs` does not matter.

    `late` is what blobs hold of the range that still change for other ranges. Of documents it knows their number only,
    None if they are left out: whether one of them was changed is asked apart.
    """
    digest = blake2b(msgspec.json.encode((method, late, documents)), digest_size=16)
    for blob in sorted(blobs):
        digest.update(msgspec.json.encode(blob))
    return digest.hexdigest()
