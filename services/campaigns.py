"""The requested campaigns, kept in the container `reports`: a reconciliation makes their events again from them."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import hashlib

import msgspec

from fraud.campaigns import Campaign
from services import names
from services.blobs import read_blob, warehouse, write_blob

_FOLDER = "campaigns"


async def keep_campaign(campaign: Campaign) -> None:
    """Keep a campaign at a path computed from all of it: another one of the same name lies beside it."""
    content = msgspec.json.encode(campaign)
    path = f"{_FOLDER}/{campaign.run_id}/{hashlib.sha256(content).hexdigest()[:12]}.json"
    await write_blob(await warehouse(names.REPORTS), path, content)


async def campaigns_of(run_id: str) -> list[Campaign]:
    """Every campaign that was started under this name; none if nothing was kept."""
    container = await warehouse(names.REPORTS)
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=f"{_FOLDER}/{run_id}/")]
    return [msgspec.json.decode(await read_blob(container, path), type=Campaign) for path in paths]
