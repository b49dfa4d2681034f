"""Orchestrations that walk windows page by page, one of each kind at a time: their start, their state, their end."""

from typing import Any

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.causes import MOST_OF_AN_ERROR
from fraud.desk.deeds import DeedKind, deed_of
from fraud.desk.problems import ProblemError, not_found
from fraud.reanalysis.asking import runs_already
from function_app import durable_client
from function_app.durable_client import AlreadyRunningError, Client, Status
from function_app.stopping import raise_stop
from orchestrations.contracts import Argument, Orchestration
from services.desk.deeds import noted
from services.watching import azure_time


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of walk: its only instance, its name for people, and the deed of stopping it."""

    instance: str
    what: str
    stop: DeedKind

    async def find(self, client: Client) -> Status:
        """The one that runs, or the last one that ran. Raises ProblemError (404) if there never was one."""
        status = await durable_client.find(client, self.instance)
        if status is None:
            raise not_found(self.what, "that runs or has run last")
        return status

    async def begin(self, client: Client, orchestration: Orchestration[Argument, Any], argument: Argument) -> None:
        """Start it. Raises ProblemError (409) if somebody was faster."""
        try:
            await durable_client.start(client, orchestration, self.instance, argument)
        except AlreadyRunningError as error:
            raise runs_already(None, self.what) from error

    async def end(self, client: Client, caller: Caller, subject: str, why: str) -> Status:
        """Stop it after the windows that are being processed, and journal that; gives its status afterwards.

        Raises ProblemError (409) if it has ended.
        """
        if (await self.find(client)).runtime_status not in durable_client.RUNNING:
            raise ProblemError(409, "Has ended", f"there is no {self.what} that runs")

        async def stopped() -> Status:
            await raise_stop(client, self.instance)
            return await self.find(client)

        deed = deed_of(caller, await azure_time(), self.stop, subject, why)
        return await noted(deed, stopped, durable_client.runtime_status_of)


def error_of(status: Status) -> str | None:
    """The error with which a walk has failed, or the reason for which it was terminated; None of any other."""
    if durable_client.runtime_status_of(status) not in ("Failed", "Terminated"):
        return None
    return str(status.output)[:MOST_OF_AN_ERROR]
