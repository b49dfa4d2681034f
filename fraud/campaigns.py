"""A load-test campaign: batches of generated events on a schedule of their own."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fraud.generation import BatchTotals

STOP_EVENT = "stop"
"""The external event that ends a campaign in order."""

MAX_BATCHES = 100_000
MAX_EVENTS_PER_BATCH = 10_000

NAME_PATTERN = r"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z"
"""Not `^` and `$`: msgspec searches, and `$` holds before a line break at the end too."""
CampaignName = Annotated[str, Meta(pattern=NAME_PATTERN)]
CampaignPhase = Literal["sending", "stopping", "completed", "stopped"]


class CampaignRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request for a campaign. A missing name or seed is chosen; the same seed gives the same events."""

    batches: Annotated[int, Meta(ge=1, le=MAX_BATCHES)] = 100
    events_per_batch: Annotated[int, Meta(ge=1, le=MAX_EVENTS_PER_BATCH)] = 30
    interval_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 5.0
    """From the start of a batch to the start of the next; 0 sends as fast as batches are acknowledged."""
    bad_event_ratio: Annotated[float, Meta(ge=0, le=1)] = 0.1
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    name: CampaignName | None = None


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that runs: its request with everything chosen."""

    run_id: str
    """The orchestration's instance id; every event of the campaign carries it as a property."""
    batches: int
    events_per_batch: int
    interval_seconds: float
    bad_event_ratio: float
    seed: int
    waits: bool = False
    """True if a timer precedes each batch except the first, even one that is late.

    So what is scheduled next does not depend on the clock. Campaigns of earlier versions go on without timers, as in
    their histories.
    """

    @classmethod
    def of(cls, request: CampaignRequest, name: str, seed: int) -> "Campaign":
        """The campaign of a request; `name` and `seed` are used where it lacks them."""
        return cls(
            run_id=campaign_id(request.name or name),
            batches=request.batches,
            events_per_batch=request.events_per_batch,
            interval_seconds=request.interval_seconds,
            bad_event_ratio=request.bad_event_ratio,
            seed=seed if request.seed is None else request.seed,
            waits=True,
        )

    @property
    def is_bounded(self) -> bool:
        """True if it has no more batches than a request may ask for, and events in each."""
        return 0 < self.batches <= MAX_BATCHES and self.events_per_batch > 0


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch to send. All that its events depend on is in here, so a repeated batch has the same ids."""

    run_id: str
    seed: str
    number: int
    count: int
    bad_event_ratio: float
    ts: str


class CampaignProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a campaign, which one generation of the orchestration hands to the next."""

    campaign: Campaign
    started: datetime
    updated: datetime
    batches_sent: int = 0
    totals: BatchTotals = BatchTotals()
    phase: CampaignPhase = "sending"

    @property
    def is_complete(self) -> bool:
        """Every batch was sent."""
        return self.batches_sent >= self.campaign.batches

    @property
    def due(self) -> datetime:
        """The time at which the next batch is to start. Counted from the start, so that delays do not add up."""
        return self.started + timedelta(seconds=self.campaign.interval_seconds * self.batches_sent)

    def waits_at(self, now: datetime) -> bool:
        """True if a timer precedes the next batch."""
        campaign = self.campaign
        if campaign.waits:
            return self.batches_sent > 0 and campaign.interval_seconds > 0
        return self.due > now

    @property
    def eta(self) -> datetime:
        """The time at which the last batch starts if nothing is late; never before the last change."""
        last = self.started + timedelta(seconds=self.campaign.interval_seconds * (self.campaign.batches - 1))
        return max(last, self.updated)

    def next_batch(self, now: datetime) -> Batch:
        """The batch that follows.

        Its events are stamped with the time at which it is due, so that a batch which is sent again has the same ones;
        those of earlier versions with the time `now`.
        """
        campaign = self.campaign
        return Batch(
            run_id=campaign.run_id,
            seed=str(campaign.seed),
            number=self.batches_sent,
            count=campaign.events_per_batch,
            bad_event_ratio=campaign.bad_event_ratio,
            ts=(self.due if campaign.waits else now).isoformat(),
        )

    def after(self, batch: BatchTotals, now: datetime) -> "CampaignProgress":
        """The progress once a batch was acknowledged."""
        sent = self.batches_sent + 1
        phase: CampaignPhase = "completed" if sent >= self.campaign.batches else "sending"
        return msgspec.structs.replace(self, batches_sent=sent, totals=self.totals + batch, updated=now, phase=phase)

    def stopping(self) -> "CampaignProgress":
        """The progress of a campaign that knows that it is to stop, and finishes the batch that is being sent."""
        return msgspec.structs.replace(self, phase="stopping")

    def stopped(self, now: datetime) -> "CampaignProgress":
        """The progress of a campaign that was told to stop; one that had sent everything is complete all the same."""
        return self if self.is_complete else msgspec.structs.replace(self, phase="stopped", updated=now)


class CampaignStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The status of a campaign as a person sees it, while it runs and when it has ended."""

    phase: CampaignPhase
    batches_sent: int
    batches: int
    totals: BatchTotals
    seed: int
    started: datetime
    updated: datetime
    eta: datetime

    @classmethod
    def of(cls, progress: CampaignProgress) -> "CampaignStatus":
        """The status of a campaign that has come this far."""
        return cls(
            phase=progress.phase,
            batches_sent=progress.batches_sent,
            batches=progress.campaign.batches,
            totals=progress.totals,
            seed=progress.campaign.seed,
            started=progress.started,
            updated=progress.updated,
            eta=progress.eta,
        )


def is_name(text: str) -> bool:
    """True if a campaign may have this name."""
    return re.fullmatch(NAME_PATTERN, text) is not None


def is_campaign_id(text: str) -> bool:
    """True if this is the instance id of a campaign."""
    return text.startswith(campaign_id("")) and is_name(text.removeprefix(campaign_id("")))


def campaign_id(name: str) -> str:
    """The orchestration's instance id of the campaign of this name."""
    return f"campaign-{name}"
