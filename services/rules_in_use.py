"""The rule sets in use, kept in one blob: `rules/in-use.json` in `reports`. Each change is a conditional write."""

import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import msgspec
from azure.core.exceptions import HttpResponseError

from fraud.desk.problems import ProblemError
from fraud.desk.rules_in_use import RulesInUse
from fraud.rules.shipped import shipped
from services import names
from services.blob_revisions import Revision, create_revision, read_revision, replace_revision
from services.blobs import JSON, delete_blob, is_unreadable, warehouse
from services.clients import CachedClient
from services.settings import settings

PATH = "rules/in-use.json"
LATELY_SECONDS = 2.0
"""Real seconds after which a new window in any process begins with the activated set."""
UNCHANGED = "unchanged"
"""The ETag as long as nobody has changed anything and the blob is absent."""

_log = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(RulesInUse)


class Kept(msgspec.Struct, frozen=True):
    """The state as it was read, and its ETag without quotes."""

    state: RulesInUse
    etag: str

    @property
    def active(self) -> str:
        """The name of the set that judges windows: the one that was activated, or the setting's."""
        name = self.state.active or settings().rule_set
        if name in shipped():
            return name
        # Windows go on: their verdicts say which set judged them.
        _log.error("the active rule set %s is not in this version; %s judges instead", name, settings().rule_set)
        return settings().rule_set

    @property
    def shadow(self) -> str | None:
        """The name of the set that judges beside it; None without one."""
        name = self.state.shadow
        if name is None or name == self.active:
            return None
        if name in shipped():
            return name
        _log.error("the rule set %s, in shadow, is not in this version", name)
        return None


async def read_rules_in_use() -> Kept:
    """The state as it is. Raises what the blob service raised."""
    revision, _ = await _read()
    return _kept(revision)


async def _read() -> tuple[Revision | None, bool]:
    """The blob, None without one that can be read; and if somebody has put it into the archive tier."""
    try:
        return await read_revision(await warehouse(names.REPORTS), PATH), False
    except HttpResponseError as error:
        if not is_unreadable(error):
            raise
        _log.error("%s of %s cannot be read, and %s judges: %s", PATH, names.REPORTS, settings().rule_set, error)
        return None, True


class _Lately:
    """The state that was read last, and when."""

    def __init__(self) -> None:
        self._kept: Kept | None = None
        self._until = 0.0

    async def get(self) -> Kept:
        if self._kept is None or time.monotonic() > self._until:
            return self.keep(await read_rules_in_use())
        return self._kept

    def keep(self, kept: Kept) -> Kept:
        self._kept, self._until = kept, time.monotonic() + LATELY_SECONDS
        return kept


async def _open_lately(_: AsyncExitStack) -> _Lately:
    return _Lately()


_lately = CachedClient(_open_lately)


async def rules_in_use_lately() -> Kept:
    """The state as it was LATELY_SECONDS ago, or later: each window asks. Raises what the blob service raised."""
    return await (await _lately.get()).get()


async def forget() -> None:
    """Read the state anew from here on: it was changed without this process."""
    await _lately.close()


async def change_rules_in_use(etag: str, make: Callable[[Kept], RulesInUse]) -> Kept:
    """Change the state as a person has seen it; gives the changed state, and the same ETag if it is so already.

    Raises ProblemError: 412 if it is not the same any more, and what `make` raises.
    """
    container = await warehouse(names.REPORTS)
    before, is_archived = await _read()
    kept = _kept(before)
    if kept.etag != etag:
        raise _changed_since()
    state = make(kept)
    data = msgspec.json.encode(state)
    # By its bytes: a state that could not be read is written anew, though it counts as that of nobody's change.
    if state == kept.state and (before is None or before.data == data):
        return kept
    if is_archived:
        await delete_blob(container, PATH)  # nothing can be replaced there; `verify` names what it was
    write = (
        replace_revision(container, PATH, before, data, JSON)
        if before
        else create_revision(container, PATH, data, JSON)
    )
    if (written := await write) is None:
        raise _changed_since()
    return (await _lately.get()).keep(Kept(state, written.etag.strip('"')))


def _kept(revision: Revision | None) -> Kept:
    """The state of a revision. One that cannot be read is said, and stops nothing: the setting's set judges, and
    nothing is snoozed, until a person has changed the rules in use again."""
    if revision is None:
        return Kept(RulesInUse(), UNCHANGED)
    etag = revision.etag.strip('"')
    try:
        return Kept(_decoder.decode(revision.data), etag)
    except (ValueError, RecursionError) as error:
        _log.error("%s of %s cannot be read, and %s judges: %s", PATH, names.REPORTS, settings().rule_set, error)
        return Kept(RulesInUse(), etag)


def _changed_since() -> ProblemError:
    detail = "somebody has changed the rules in use since you have seen them: read them again"
    return ProblemError(412, "Changed meanwhile", detail)
