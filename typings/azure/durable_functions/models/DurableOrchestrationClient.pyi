from datetime import datetime
from typing import Any

import azure.functions as func
from azure.durable_functions.models.DurableOrchestrationBindings import DurableOrchestrationBindings
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus
from azure.durable_functions.models.EntityStateResponse import EntityStateResponse
from azure.durable_functions.models.OrchestrationRuntimeStatus import OrchestrationRuntimeStatus
from azure.durable_functions.models.PurgeHistoryResult import PurgeHistoryResult
from azure.durable_functions.models.utils.entity_utils import EntityId

class DurableOrchestrationClient:
    """Starts instances, asks for their status, sends them events. What fails is raised as a plain Exception."""

    task_hub_name: str
    _orchestration_bindings: DurableOrchestrationBindings
    def __init__(self, context: str, function_invocation_id: str | None = None) -> None: ...
    async def start_new(
        self,
        orchestration_function_name: str,
        instance_id: str | None = None,
        client_input: Any = None,
        version: str | None = None,
    ) -> str: ...
    def create_check_status_response(self, request: func.HttpRequest, instance_id: str) -> func.HttpResponse: ...
    def create_http_management_payload(self, instance_id: str) -> dict[str, str]: ...
    def get_client_response_links(self, request: func.HttpRequest | None, instance_id: str) -> dict[str, str]: ...
    async def get_status(
        self,
        instance_id: str,
        show_history: bool = False,
        show_history_output: bool = False,
        show_input: bool = False,
    ) -> DurableOrchestrationStatus: ...
    async def get_status_all(self) -> list[DurableOrchestrationStatus]: ...
    async def get_status_by(
        self,
        created_time_from: datetime | None = None,
        created_time_to: datetime | None = None,
        runtime_status: list[OrchestrationRuntimeStatus] | None = None,
        instance_id_prefix: str | None = None,
    ) -> list[DurableOrchestrationStatus]: ...
    async def purge_instance_history(self, instance_id: str) -> PurgeHistoryResult: ...
    async def purge_instance_history_by(
        self,
        created_time_from: datetime | None = None,
        created_time_to: datetime | None = None,
        runtime_status: list[OrchestrationRuntimeStatus] | None = None,
    ) -> PurgeHistoryResult: ...
    async def raise_event(
        self,
        instance_id: str,
        event_name: str,
        event_data: Any = None,
        task_hub_name: str | None = None,
        connection_name: str | None = None,
    ) -> None: ...
    async def terminate(self, instance_id: str, reason: str) -> None: ...
    async def rewind(
        self, instance_id: str, reason: str, task_hub_name: str | None = None, connection_name: str | None = None
    ) -> None: ...
    async def suspend(self, instance_id: str, reason: str) -> None: ...
    async def resume(self, instance_id: str, reason: str) -> None: ...
    async def restart(self, instance_id: str, restart_with_new_instance_id: bool = True) -> str: ...
    async def wait_for_completion_or_create_check_status_response(
        self,
        request: func.HttpRequest,
        instance_id: str,
        timeout_in_milliseconds: int = 10_000,
        retry_interval_in_milliseconds: int = 1_000,
    ) -> func.HttpResponse: ...
    async def read_entity_state(
        self, entityId: EntityId, task_hub_name: str | None = None, connection_name: str | None = None
    ) -> EntityStateResponse: ...
    async def signal_entity(
        self,
        entityId: EntityId,
        operation_name: str,
        operation_input: Any = None,
        task_hub_name: str | None = None,
        connection_name: str | None = None,
    ) -> None: ...
