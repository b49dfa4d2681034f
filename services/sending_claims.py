"""The last ticks that producers of a campaign have begun: an activity that runs again marks what it sends again."""

import msgspec

from services import names
from services.blob_revisions import create_revision, read_revision, replace_revision
from services.blobs import JSON, warehouse

_FOLDER = "campaign-sending"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The last tick or batch that a producer has begun to send.

    `since` is a time in ISO 8601, in UTC, that a campaign of the same name and seed which is started later has later.
    """

    number: int
    since: str

    def covers(self, other: "Claim") -> bool:
        """True if the other one had begun when this one was noted."""
        return other.number <= self.number and other.since <= self.since


async def begun_before(run_id: str, seed: str, producer: int, claim: Claim) -> bool:
    """Note that a tick or batch is begun, before its events are sent; True if it was: the hub may have them already.

    An activity runs again if its host was killed, and may run twice at once. Raises what the blob service raised.
    """
    container = await warehouse(names.REPORTS)
    path = f"{_FOLDER}/{run_id}/{seed}/{producer}.json"
    content = msgspec.json.encode(claim)
    before = await read_revision(container, path)
    if before is None:
        return await create_revision(container, path, content, JSON) is None
    if msgspec.json.decode(before.data, type=Claim).covers(claim):
        return True
    return await replace_revision(container, path, before, content, JSON) is None
