"""Every activity and orchestration: its name, its input and its output.

A name is a wire format: running instances hold it in their histories. A type may change only so that `msgspec` still
reads what was written before.
"""

from typing import Any, Generic, TypeVar, cast

import msgspec

from fraud.analysis import Chunk, ChunkResult, SmallWindowJudged, WindowSummary, WindowTask
from fraud.campaigns import Batch, CampaignStatus
from fraud.desk.waiting import ReviewState, ReviewStep, ReviewTask
from fraud.generation import BatchTotals
from fraud.load.planned import PlanStatus, TickSent, TickShare
from fraud.quarantine_places import PlacesTask
from fraud.reanalysis.messages import FoundWindows, Reanalysis, ReanalysisState, WindowAgain, WindowJudged, WindowsPage
from fraud.reanalysis.trial import TrialState, Tried
from fraud.sweep import SweepTask, Swept
from fraud.watching.checks import Night
from reconciliation.messages import (
    Outcome,
    PartProgress,
    PartTask,
    PlanSummary,
    ReportTask,
    Request,
    RunName,
    Stage,
    StageTask,
)
from reconciliation.nightly import NightlyTask, ProfilesBuilt, ProfilesTask, Watermark
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.repairing.repair import RepairRequest

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Nothing = type(None)


class Activity(msgspec.Struct, Generic[Argument, Result], frozen=True):
    """A function of `activities/`: it does I/O, and may run twice for one call."""

    name: str
    argument: type[Argument]
    result: type[Result]


class Orchestration(msgspec.Struct, Generic[Argument, Result], frozen=True):
    """A generator of `orchestrations/`: it is replayed from its history, and does no I/O."""

    name: str
    argument: type[Argument]
    result: type[Result]


Contract = Activity[Any, Any] | Orchestration[Any, Any]

ANALYZE_WINDOW = Orchestration("analyze_window", WindowTask, WindowSummary)
JUDGE_EVENTS = Activity("judge_events", Chunk, ChunkResult)
JUDGE_SMALL_WINDOW = Activity("judge_small_window", WindowTask, SmallWindowJudged)
STORE_VERDICTS = Activity("store_verdicts", WindowTask, WindowSummary)
ALERT_FRAUD_TEAM = Activity("alert_fraud_team", WindowSummary, Nothing)
CLEAR_WORK = Activity("clear_work", WindowTask, Nothing)

JUDGE_QUARANTINE = Orchestration(
    "judge_quarantine", PlacesTask, cast("type[WindowSummary | None]", WindowSummary | None)
)
JUDGE_PLACES = Activity("judge_places", PlacesTask, cast("type[WindowSummary | None]", WindowSummary | None))

RUN_CAMPAIGN = Orchestration("run_campaign", dict[str, Any], cast("type[CampaignStatus | None]", CampaignStatus | None))
"""Starts from a `Campaign`, and continues as new, without a result, from how far it has come."""
SEND_BATCH = Activity("send_batch", Batch, BatchTotals)

REVIEW_CASE = Orchestration("review_case", ReviewTask, ReviewState)
TAKE_REVIEW_STEP = Activity("take_review_step", ReviewStep, ReviewState)
RUN_CAMPAIGN_PLAN = Orchestration(
    "run_campaign_plan", dict[str, Any], cast("type[PlanStatus | None]", PlanStatus | None)
)
"""Starts from a `PlannedCampaign`, and continues as new, without a result, from how far it has come."""
SEND_TICK = Activity("send_tick", TickShare, TickSent)

REANALYZE = Orchestration("reanalyze", ReanalysisState, cast("type[ReanalysisState | None]", ReanalysisState | None))
"""Continues as new, without a result, from how far it has come."""
FIND_WINDOWS = Activity("find_windows", WindowsPage, FoundWindows)
JUDGE_AGAIN = Activity("judge_again", WindowAgain, WindowJudged)
NOTE_REANALYSIS = Activity("note_reanalysis", ReanalysisState, Nothing)
TRY_RULES = Orchestration("try_rules", TrialState, cast("type[TrialState | None]", TrialState | None))
"""Likewise."""
TRY_WINDOW = Activity("try_window", WindowAgain, Tried)
CLEAR_SAMPLES = Activity("clear_samples", Reanalysis, Nothing)

RECONCILE = Orchestration("reconcile", Request, Outcome)
RECONCILE_STAGE = Orchestration("reconcile_stage", StageTask, PartProgress)
RECONCILE_NIGHTLY = Orchestration("reconcile_nightly", Nothing, cast("type[Outcome | None]", Outcome | None))
PLAN_RECONCILIATION = Activity("plan_reconciliation", Request, PlanSummary)
SCAN_ARCHIVE = Activity("scan_archive", PartTask, PartProgress)
OBSERVE_OUTCOMES = Activity("observe_outcomes", PartTask, PartProgress)
OBSERVE_DOCUMENTS = Activity("observe_documents", PartTask, PartProgress)
OBSERVE_QUARANTINE = Activity("observe_quarantine", PartTask, PartProgress)
OBSERVE_CASES = Activity("observe_cases", PartTask, PartProgress)
COMPARE_BUCKET = Activity("compare_bucket", PartTask, PartProgress)
WRITE_REPORT = Activity("write_report", ReportTask, Outcome)
CLEAR_RUN = Activity("clear_run", RunName, Nothing)
READ_WATERMARK = Activity("read_watermark", NightlyTask, Watermark)
WRITE_WATERMARK = Activity("write_watermark", Watermark, Nothing)
BUILD_PROFILES = Activity("build_profiles", ProfilesTask, ProfilesBuilt)
SWEEP_DAY = Activity("sweep_day", SweepTask, Swept)
NOTE_NIGHT = Activity("note_night", Night, Nothing)

REPAIR_RECONCILIATION = Orchestration("repair_reconciliation", RepairRequest, RepairOutcome)
REPAIR_WINDOWS = Orchestration("repair_windows", PartTask, Nothing)
PLAN_REPAIR = Activity("plan_repair", RepairRequest, RepairOutcome)
BACKFILL_EVENTS = Activity("backfill_events", PartTask, PartProgress)
ENTER_CORRECTIONS = Activity("enter_corrections", PartTask, PartProgress)
SAVE_WINDOWS = Activity("save_windows", PartTask, list[WindowTask])

STAGES: dict[Stage, Activity[PartTask, PartProgress]] = {
    "scan": SCAN_ARCHIVE,
    "suspicious": OBSERVE_OUTCOMES,
    "verdicts": OBSERVE_OUTCOMES,
    "documents": OBSERVE_DOCUMENTS,
    "quarantine": OBSERVE_QUARANTINE,
    "cases": OBSERVE_CASES,
    "compare": COMPARE_BUCKET,
}
"""The activity of each stage of a reconciliation, in the order of the stages."""
STAGE_ACTIVITIES = {activity.name: activity for activity in (*STAGES.values(), BACKFILL_EVENTS, ENTER_CORRECTIONS)}
"""The activities that a `StageTask` may name."""
