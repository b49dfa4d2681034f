"""A campaign that runs by a plan: its request with everything chosen, and how far it has come."""

import hashlib
from datetime import datetime, timedelta

import msgspec

from fraud.campaigns import CampaignPhase, campaign_id
from fraud.load.messages import MixTotals
from fraud.load.plan import CampaignPlan
from fraud.load.schedule import IndexSpan


class PlannedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign with a plan. `run_id` is the orchestration's instance id, and a property of every event."""

    run_id: str
    seed: int
    plan: CampaignPlan

    @classmethod
    def of(cls, plan: CampaignPlan, name: str, seed: int) -> "PlannedCampaign":
        """The campaign of a plan; `name` and `seed` are used where it lacks them."""
        return cls(run_id=campaign_id(plan.name or name), seed=seed if plan.seed is None else plan.seed, plan=plan)

    @property
    def digest(self) -> str:
        """The name under which it is kept: another campaign of the same name has another one."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:12]

    def shares(self, tick: int) -> list[list[IndexSpan]]:
        """The events of a tick, by producer; a producer may have none."""
        shares = [span.parts(self.plan.producers) for span in self.plan.schedule.spans(tick)]
        return [[share[n] for share in shares if n < len(share)] for n in range(self.plan.producers)]


class TickShare(msgspec.Struct, frozen=True, kw_only=True):
    """The events that one producer sends in a tick. With the campaign, which is kept by its digest, it decides them."""

    run_id: str
    digest: str
    seed: str
    tick: int
    started: datetime
    spans: list[IndexSpan]


class TickSent(msgspec.Struct, frozen=True, kw_only=True):
    """The events that a producer has sent in a tick, acknowledged by the hub.

    - retried: events that were sent again, because the hub did not acknowledge them at first; they may be there twice
    - throttled: how often the hub refused to take more for the moment
    """

    totals: MixTotals = MixTotals()
    retried: int = 0
    throttled: int = 0

    def __add__(self, other: "TickSent") -> "TickSent":
        return TickSent(
            totals=self.totals + other.totals,
            retried=self.retried + other.retried,
            throttled=self.throttled + other.throttled,
        )


class PlanProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a campaign, which one generation of the orchestration hands to the next.

    `tick` is the next one to send, `behind` the seconds that the last one was sent after it was due, `most_behind` the
    highest of these.
    """

    planned: PlannedCampaign
    started: datetime
    updated: datetime
    tick: int = 0
    sent: TickSent = TickSent()
    behind: float = 0.0
    most_behind: float = 0.0
    phase: CampaignPhase = "sending"

    @classmethod
    def starting(cls, planned: PlannedCampaign, now: datetime) -> "PlanProgress":
        """The progress of a campaign that begins now."""
        return cls(planned=planned, started=now, updated=now)._at(0)

    @property
    def is_complete(self) -> bool:
        """Every tick was sent."""
        return self.tick >= self.planned.plan.schedule.ticks

    @property
    def due(self) -> datetime:
        """The time at which the next tick is to be sent."""
        return self.started + timedelta(seconds=self.tick * self.planned.plan.schedule.tick_seconds)

    @property
    def waits(self) -> bool:
        """True if a timer precedes the next tick: each except the first has one, even if it is late."""
        return self.tick > 0

    def shares(self) -> list[TickShare]:
        """The events of the next tick, in a share for each producer that has some."""
        planned = self.planned
        return [
            TickShare(
                run_id=planned.run_id,
                digest=planned.digest,
                seed=str(planned.seed),
                tick=self.tick,
                started=self.started,
                spans=spans,
            )
            for spans in planned.shares(self.tick)
            if spans
        ]

    def begun(self, now: datetime) -> "PlanProgress":
        """The progress once the next tick begins to be sent: how late it is."""
        behind = round(max((now - self.due).total_seconds(), 0.0), 3)
        return msgspec.structs.replace(self, behind=behind, most_behind=max(behind, self.most_behind))

    def after(self, shares: list[TickSent], now: datetime) -> "PlanProgress":
        """The progress once a tick was acknowledged; ticks without events are passed over."""
        sent = sum(shares, start=self.sent)
        return msgspec.structs.replace(self, sent=sent, updated=now)._at(self.tick + 1)

    def _at(self, tick: int) -> "PlanProgress":
        schedule = self.planned.plan.schedule
        while tick < schedule.ticks and not schedule.spans(tick):
            tick += 1
        phase: CampaignPhase = "completed" if tick >= schedule.ticks else self.phase
        return msgspec.structs.replace(self, tick=tick, phase=phase)

    def stopping(self) -> "PlanProgress":
        """The progress of a campaign that knows that it is to stop, and finishes the tick that is being sent."""
        return msgspec.structs.replace(self, phase="stopping")

    def stopped(self, now: datetime) -> "PlanProgress":
        """The progress of a campaign that was told to stop; one that had sent everything is complete all the same."""
        return self if self.is_complete else msgspec.structs.replace(self, phase="stopped", updated=now)


class PlanStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The status of a campaign as a person sees it. A tick is told as a batch, as campaigns without a plan do.

    `planned` counts the events of the plan, `due` those that were due when the status was taken.
    """

    phase: CampaignPhase
    batches_sent: int
    batches: int
    planned: int
    due: int
    totals: MixTotals
    retried: int
    throttled: int
    behind_seconds: float
    most_behind_seconds: float
    seed: int
    started: datetime
    updated: datetime
    eta: datetime

    @classmethod
    def of(cls, progress: PlanProgress) -> "PlanStatus":
        """The status of a campaign that has come this far."""
        schedule = progress.planned.plan.schedule
        last = progress.started + timedelta(seconds=(schedule.ticks - 1) * schedule.tick_seconds)
        return cls(
            phase=progress.phase,
            batches_sent=progress.tick,
            batches=schedule.ticks,
            planned=schedule.total,
            due=schedule.due(progress.tick * schedule.tick_seconds),
            totals=progress.sent.totals,
            retried=progress.sent.retried,
            throttled=progress.sent.throttled,
            behind_seconds=progress.behind,
            most_behind_seconds=progress.most_behind,
            seed=progress.planned.seed,
            started=progress.started,
            updated=progress.updated,
            eta=max(last, progress.updated),
        )
