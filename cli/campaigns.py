"""Load-test campaigns: start one, watch it, stop it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from rich.progress import TaskID

from cli.app_client import AppClient, AppError, RequestBody, read_as
from cli.failed_workflows import workflow_failed
from cli.screen import print_json, progress, say, show_error
from fraud.load.messages import MixTotals
from fraud.load.plan import CampaignPlan
from fraud.load.shapes import Tape

_PATH = "api/campaigns"
_POLL_SECONDS = 0.25
PATIENCE_SECONDS = 120.0
"""The longest that a campaign which is followed waits for an app that is starved or restarted."""
_SHOWN_BEHIND = 5.0
"""A durable timer comes about a second late or early."""
_ENDED = ("completed", "stopped", "failed", "terminated")


class CampaignState(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as the app tells of it. Until it has started, which may take seconds, there is only its id."""

    id: str
    status: str = "Pending"
    phase: str = "starting"
    batches: int = 0
    batches_sent: int = 0
    totals: MixTotals = MixTotals()
    seed: int | None = None
    started: datetime | None = None
    updated: datetime | None = None
    eta: datetime | None = None
    output: Any = None
    plan: CampaignPlan | None = None
    planned: int | None = None
    due: int | None = None
    retried: int = 0
    throttled: int = 0
    behind_seconds: float = 0.0
    most_behind_seconds: float = 0.0

    @property
    def events_planned(self) -> int | None:
        """All events that it will send, None until the first batch tells."""
        if self.planned is not None:
            return self.planned
        return self.batches * self.totals.sent // self.batches_sent if self.batches_sent else None


class StoppedCampaign(msgspec.Struct, frozen=True):
    """A campaign that ends after the batch that is being sent."""

    id: str
    phase: str


def start(app: AppClient, request: RequestBody) -> str:
    """Start a campaign; its instance id. Raises AppError, for example if one of that name is running."""
    return str(app.post(_PATH, request)["id"])


def refuse_ids_again(app: AppClient, plan: CampaignPlan) -> None:
    """Raise AppError if the campaign of this name has sent the ids of a plan before.

    The same ids with other times are ids that were used again, so the accounts could not balance.
    """
    if plan.name is None:
        return
    try:
        before = look(app, plan.name)
    except AppError:
        return  # it does not exist, or whoever starts it is told why not
    tapes = {stage.tape for stage in plan.stages if isinstance(stage, Tape)}
    sent = {stage.tape for stage in (before.plan.stages if before.plan else ()) if isinstance(stage, Tape)}
    if (plan.seed is not None and plan.seed == before.seed and before.totals.sent) or tapes & sent:
        raise AppError(f"{before.id} has sent these ids before; --seed N gives others")


def stop(app: AppClient, name: str) -> StoppedCampaign:
    """Stop a campaign after the batch that is being sent. Raises AppError if it is absent or has ended."""
    return read_as(StoppedCampaign, app.post(f"{_address(name)}/stop"), name)


def look(app: AppClient, name: str) -> CampaignState:
    """A campaign as it is now. Raises AppError if it is absent."""
    return read_as(CampaignState, app.get(_address(name)), name)


def every(app: AppClient) -> list[CampaignState]:
    """The campaigns that were started, the latest first. Raises AppError."""
    return read_as(list[CampaignState], app.get(_PATH)["campaigns"], "the list of campaigns")


def watch(app: AppClient, name: str, seen: Callable[[CampaignState], None]) -> CampaignState:
    """Follow a campaign to its end; `seen` gets each state. Gives the last. Raises AppError if it failed.

    An app that answers once may be too busy to answer later, or be restarted: it is asked again for a while.
    """
    state = look(app, name)
    app = app.patient(PATIENCE_SECONDS)
    while True:
        seen(state)
        if state.phase in _ENDED:
            if state.phase in ("failed", "terminated"):
                answer = msgspec.to_builtins(state)
                raise workflow_failed(state.id, state.id, state.phase, answer, output=state.output)
            return state
        time.sleep(_POLL_SECONDS)
        state = look(app, name)


def follow(app: AppClient, name: str, *, as_json: bool) -> int:
    """Watch a campaign and show how it ended. Ctrl-C ends the watching, not the campaign."""
    try:
        if as_json:
            print_json(msgspec.to_builtins(watch(app, name, lambda _: None)))
            return 0
        state = watch_with_bar(app, name)
    except KeyboardInterrupt:
        show_error(f"{name} goes on: `detective watch {name}` shows it, `detective stop {name}` stops it")
        return 130
    say(f"{state.phase}: {state.totals.sent:,} sent, {state.totals.expected_suspicious:,} must be flagged")
    return 0


def watch_with_bar(app: AppClient, name: str) -> CampaignState:
    """Follow a campaign with a progress bar; its last state. Raises AppError if it failed."""
    say(name)
    with progress() as display:
        bar: TaskID = display.add_task("events sent", total=None)

        def show(state: CampaignState) -> None:
            is_late = state.behind_seconds > _SHOWN_BEHIND and state.phase not in _ENDED
            late = f"{state.behind_seconds:,.0f} s behind" if is_late else "events sent"
            display.update(bar, description=late, completed=state.totals.sent, total=state.events_planned)

        return watch(app, name, show)


def _address(name: str) -> str:
    return f"{_PATH}/{quote(name, safe='')}"
