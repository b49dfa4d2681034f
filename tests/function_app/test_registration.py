"""An activity or orchestration is registered under a contract, and refused if it is not what the contract says."""

from typing import Any

import azure.durable_functions as df
import pytest

from fraud.analysis import Chunk, ChunkResult, WindowSummary, WindowTask
from function_app.registration import ContractError, register
from orchestrations import contracts
from orchestrations.calls import Orchestrator
from orchestrations.contracts import ANALYZE_WINDOW, JUDGE_EVENTS, STAGE_ACTIVITIES, STAGES, Activity, Orchestration
from tests.support.app_index import indexed_functions


def contracts_of(kind: type[Any]) -> set[str]:
    return {contract.name for contract in vars(contracts).values() if isinstance(contract, kind)}


def registered(trigger: str) -> set[str]:
    return {name for name, function in indexed_functions().items() if function.trigger["type"] == trigger}


def test_every_contract_has_its_function_and_every_function_its_contract():
    assert contracts_of(Activity) == registered("activityTrigger")
    assert contracts_of(Orchestration) == registered("orchestrationTrigger")


def test_a_stage_names_activities_that_can_run_it():
    assert {activity.name for activity in STAGES.values()} <= STAGE_ACTIVITIES.keys() <= contracts_of(Activity)


def test_a_function_of_another_name_is_refused():
    async def judge_event(chunk: Chunk) -> ChunkResult: ...

    with pytest.raises(ContractError, match="judge_event is registered as judge_events"):
        register(df.Blueprint(), {JUDGE_EVENTS: judge_event})


def test_an_activity_that_takes_another_type_is_refused():
    async def judge_events(chunk: WindowTask) -> ChunkResult: ...

    with pytest.raises(ContractError, match=r"judge_events: its input is .*WindowTask.*, and in its contract .*Chunk"):
        register(df.Blueprint(), {JUDGE_EVENTS: judge_events})


def test_an_activity_that_gives_another_type_is_refused():
    async def judge_events(chunk: Chunk) -> list[ChunkResult]: ...

    with pytest.raises(ContractError, match="judge_events: its result is list"):
        register(df.Blueprint(), {JUDGE_EVENTS: judge_events})


def test_an_activity_without_types_is_refused():
    async def judge_events(chunk): ...  # pyright: ignore

    with pytest.raises(ContractError, match="has 0 annotated types, and its contract 2"):
        register(df.Blueprint(), {JUDGE_EVENTS: judge_events})  # pyright: ignore[reportUnknownArgumentType]


def test_an_orchestration_that_gives_another_type_is_refused():
    def analyze_window(context: df.DurableOrchestrationContext, task: WindowTask) -> Orchestrator[ChunkResult]: ...

    with pytest.raises(ContractError, match=r"analyze_window: its result is .*ChunkResult.*, and in its contract"):
        register(df.Blueprint(), {ANALYZE_WINDOW: analyze_window})


def test_an_orchestration_that_takes_no_input_is_refused():
    def analyze_window(context: df.DurableOrchestrationContext) -> Orchestrator[WindowSummary]: ...

    with pytest.raises(ContractError, match="has 2 annotated types, and its contract 3"):
        register(df.Blueprint(), {ANALYZE_WINDOW: analyze_window})
