"""The profiles that windows are judged with now, verified with the chain of reports."""

from azure.core.exceptions import ResourceNotFoundError

from reconciliation.chain import Link
from services.profiles import altered_pieces, day_of, manifest_path, profile_days, read_manifest

PROFILES = "profiles"
"""The subject of the links of profiles: each takes the place of the one of the day before, which no window asks for."""


async def check_profiles(link: Link | None) -> list[str]:
    """The problems of the newest profiles, but for what the digest of their manifest tells; none before the first link.

    Raises what the blob service raised.
    """
    day = next((day for path in link.files if (day := day_of(path))), None) if link else None
    if day is None:
        return []
    later = [manifest_path(each) for each in await profile_days() if each > day]
    problems = [f"{path} is in no link: somebody else wrote it" for path in later]
    try:
        manifest = await read_manifest(day)
    except (ResourceNotFoundError, ValueError, RecursionError):
        return problems
    return problems + [f"{path} is missing or not what was written" for path in await altered_pieces(manifest)]
