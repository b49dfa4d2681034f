"""The profiles that this app wrote, told from those of another hand by the chain of reports."""

from datetime import date

from activities.reconciliation.chain import append
from activities.reconciliation.chain_reading import linked_files
from activities.reconciliation.linked_profiles import PROFILES
from reconciliation.chain import digest_of
from services import names
from services.blobs import read_if_there, warehouse
from services.profiles import altered_pieces, day_of, manifest_path, parse_manifest, profile_days


async def whole_profile_days(last: date) -> list[date]:
    """The days up to a given one whose profiles are as this app wrote them, in order: a night builds on the last of
    them.

    Somebody may have added profiles, even of future days, or altered them. A day that is not whole is left out together
    with those after it, and built anew. Days of an earlier version, before the chain held any, count as they are.
    Raises what the blob service raised.
    """
    days = [day for day in await profile_days() if day <= last]
    linked = {day: digest for path, digest in (await linked_files()).items() if (day := day_of(path))}
    first = min(linked, default=date.max)
    while days and not await _is_whole(days[-1], linked.get(days[-1]), must_be_linked=days[-1] >= first):
        days.pop()
    return days


async def link_profiles(day: date) -> None:
    """Link the manifest of a day, in the place of the one before."""
    await append(PROFILES, [manifest_path(day)])


async def _is_whole(day: date, digest: str | None, *, must_be_linked: bool) -> bool:
    if (data := await read_if_there(await warehouse(names.REPORTS), manifest_path(day))) is None:
        return False
    try:
        manifest = parse_manifest(data)
    except (ValueError, RecursionError):
        return False
    if must_be_linked and digest != digest_of(data):
        return False
    return not await altered_pieces(manifest)
