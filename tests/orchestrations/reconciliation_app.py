"""The reconciliation's workflows over steps that only count, for recording histories.

    python -m tests.orchestrations.reconciliation_app

writes the recordings anew. Do so only after a change that running instances survive, or with a new version beside.
"""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import msgspec

from fraud.sweep import Swept
from function_app.registration import orchestrator
from local_azure.testing.replay import Recording
from local_azure.testing.running_hub import RunningHub
from orchestrations import contracts
from orchestrations.reconcile import reconcile
from orchestrations.reconcile_nightly import reconcile_nightly
from orchestrations.reconciliation_stages import reconcile_stage
from reconciliation.comparing.summary import Summary
from reconciliation.messages import Outcome, PartProgress, PlanSummary, Request, Stage
from reconciliation.nightly import ProfilesBuilt, Watermark
from reconciliation.ranges import Range

RECORDINGS = Path(__file__).parent / "recordings"
REACH = Range(datetime(2026, 1, 2, 10, tzinfo=UTC), datetime(2026, 1, 2, 11, tzinfo=UTC))
REQUEST: dict[str, Any] = msgspec.to_builtins(Request(REACH))
OUTCOME = Outcome(
    id=REACH.instance_id,
    verdict="balanced",
    balanced=True,
    sentence="All is well.",
    compared_until=REACH.end,
    accounts=Summary(**dict.fromkeys(Summary.__struct_fields__, 0)),
    reports={},
    with_cosmos=True,
    read=REACH.end,
)

ORCHESTRATORS = {
    contract.name: orchestrator(contract, function)
    for contract, function in (
        (contracts.RECONCILE, reconcile),
        (contracts.RECONCILE_STAGE, reconcile_stage),
        (contracts.RECONCILE_NIGHTLY, reconcile_nightly),
    )
}
"""The orchestrations as the durable extension calls them, by name."""


def reconciliation_hub(
    folder: Path, scan_parts: int, watermark: datetime = REACH.start, known_outcome: Outcome | None = None
) -> RunningHub:
    """A hub with the workflows, a plan of so many parts, and steps that read one record each."""
    hub = RunningHub(folder / "hub.db", df.DFApp())
    for orchestration in ORCHESTRATORS.values():
        hub.orchestrator(orchestration)
    parts: dict[Stage, int] = {
        "scan": scan_parts,
        "suspicious": 1,
        "verdicts": 2,
        "documents": 2,
        "quarantine": 0,
        "compare": 2,
    }

    @hub.activity
    def plan_reconciliation(argument: dict[str, Any]) -> Any:
        return msgspec.to_builtins(PlanSummary(parts, 1_000, known_outcome))

    def step(argument: dict[str, Any]) -> Any:
        return msgspec.to_builtins(PartProgress(1, 10))

    for name in ("scan_archive", "observe_outcomes", "observe_documents", "observe_quarantine", "compare_bucket"):
        hub.activity(_named(name, step))

    @hub.activity
    def write_report(argument: dict[str, Any]) -> Any:
        return msgspec.to_builtins(msgspec.structs.replace(OUTCOME, id=argument["run"]))

    @hub.activity
    def clear_run(argument: dict[str, Any]) -> None: ...

    @hub.activity
    def read_watermark(argument: dict[str, Any]) -> Any:
        return msgspec.to_builtins(Watermark(watermark))

    @hub.activity
    def write_watermark(argument: dict[str, Any]) -> None: ...

    @hub.activity
    def note_night(argument: dict[str, Any]) -> None: ...

    days_behind = [1]

    @hub.activity
    def build_profiles(argument: dict[str, Any]) -> Any:
        """The day before the last, then the last."""
        is_behind = bool(days_behind and days_behind.pop())
        return msgspec.to_builtins(
            ProfilesBuilt(REACH.start.date(), is_behind, (REACH.start.date(),) if is_behind else ())
        )

    @hub.activity
    def sweep_day(argument: dict[str, Any]) -> Any:
        assert argument == {"day": REACH.start.date().isoformat()}
        return msgspec.to_builtins(Swept(candidates=3, cases=1))

    return hub


def _named(name: str, step: Any) -> Any:
    def activity(argument: dict[str, Any]) -> Any:
        return step(argument)

    activity.__name__ = name
    return activity


async def _record() -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = reconciliation_hub(Path(folder), scan_parts=20)
        await hub.run("reconcile", REQUEST, REACH.instance_id)
        exported = (await hub.hub()).export_history(REACH.instance_id)
        (RECORDINGS / "reconcile.json").write_bytes(msgspec.json.encode(Recording.of(exported)))
        await hub.stop()


if __name__ == "__main__":
    asyncio.run(_record())
