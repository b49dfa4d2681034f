"""Every orchestration and activity of the app."""

import azure.durable_functions as df

from activities.alert_fraud_team import alert_fraud_team
from activities.build_profiles import build_profiles
from activities.clear_samples import clear_samples
from activities.clear_work import clear_work
from activities.find_windows import find_windows
from activities.judge_again import judge_again
from activities.judge_events import judge_events
from activities.judge_places import judge_places
from activities.judge_small_window import judge_small_window
from activities.note_reanalysis import note_reanalysis
from activities.reconciliation.clear_run import clear_run
from activities.reconciliation.compare_buckets import compare_bucket
from activities.reconciliation.observe_cases import observe_cases
from activities.reconciliation.observe_documents import observe_documents
from activities.reconciliation.observe_outcomes import observe_outcomes
from activities.reconciliation.observe_quarantine import observe_quarantine
from activities.reconciliation.plan_reconciliation import plan_reconciliation
from activities.reconciliation.plan_repair import plan_repair
from activities.reconciliation.repair_steps import backfill_events, enter_corrections, save_windows
from activities.reconciliation.scan_archive import scan_archive
from activities.reconciliation.watermark import read_watermark, write_watermark
from activities.reconciliation.write_report import write_report
from activities.review_case import take_review_step
from activities.send_batch import send_batch
from activities.send_tick import send_tick
from activities.store_verdicts import store_verdicts
from activities.sweep_day import sweep_day
from activities.try_window import try_window
from activities.watching.note_night import note_night
from function_app.registration import register
from orchestrations import contracts
from orchestrations.analyze_window import analyze_window
from orchestrations.judge_quarantine import judge_quarantine
from orchestrations.reanalyze import reanalyze
from orchestrations.reconcile import reconcile
from orchestrations.reconcile_nightly import reconcile_nightly
from orchestrations.reconciliation_stages import reconcile_stage
from orchestrations.repair_reconciliation import repair_reconciliation, repair_windows
from orchestrations.review_case import review_case
from orchestrations.run_campaign import run_campaign
from orchestrations.run_campaign_plan import run_campaign_plan
from orchestrations.try_rules import try_rules

blueprint = df.Blueprint()

register(
    blueprint,
    {
        contracts.ANALYZE_WINDOW: analyze_window,
        contracts.JUDGE_EVENTS: judge_events,
        contracts.JUDGE_SMALL_WINDOW: judge_small_window,
        contracts.STORE_VERDICTS: store_verdicts,
        contracts.ALERT_FRAUD_TEAM: alert_fraud_team,
        contracts.CLEAR_WORK: clear_work,
        contracts.JUDGE_QUARANTINE: judge_quarantine,
        contracts.JUDGE_PLACES: judge_places,
        contracts.RUN_CAMPAIGN: run_campaign,
        contracts.SEND_BATCH: send_batch,
        contracts.REVIEW_CASE: review_case,
        contracts.TAKE_REVIEW_STEP: take_review_step,
        contracts.RUN_CAMPAIGN_PLAN: run_campaign_plan,
        contracts.SEND_TICK: send_tick,
        contracts.REANALYZE: reanalyze,
        contracts.FIND_WINDOWS: find_windows,
        contracts.JUDGE_AGAIN: judge_again,
        contracts.NOTE_REANALYSIS: note_reanalysis,
        contracts.TRY_RULES: try_rules,
        contracts.TRY_WINDOW: try_window,
        contracts.CLEAR_SAMPLES: clear_samples,
        contracts.RECONCILE: reconcile,
        contracts.RECONCILE_STAGE: reconcile_stage,
        contracts.RECONCILE_NIGHTLY: reconcile_nightly,
        contracts.PLAN_RECONCILIATION: plan_reconciliation,
        contracts.SCAN_ARCHIVE: scan_archive,
        contracts.OBSERVE_OUTCOMES: observe_outcomes,
        contracts.OBSERVE_DOCUMENTS: observe_documents,
        contracts.OBSERVE_CASES: observe_cases,
        contracts.OBSERVE_QUARANTINE: observe_quarantine,
        contracts.COMPARE_BUCKET: compare_bucket,
        contracts.WRITE_REPORT: write_report,
        contracts.CLEAR_RUN: clear_run,
        contracts.READ_WATERMARK: read_watermark,
        contracts.WRITE_WATERMARK: write_watermark,
        contracts.NOTE_NIGHT: note_night,
        contracts.BUILD_PROFILES: build_profiles,
        contracts.SWEEP_DAY: sweep_day,
        contracts.REPAIR_RECONCILIATION: repair_reconciliation,
        contracts.REPAIR_WINDOWS: repair_windows,
        contracts.PLAN_REPAIR: plan_repair,
        contracts.BACKFILL_EVENTS: backfill_events,
        contracts.ENTER_CORRECTIONS: enter_corrections,
        contracts.SAVE_WINDOWS: save_windows,
    },
)
