from azure.durable_functions.decorators.durable_app import Blueprint as Blueprint
from azure.durable_functions.decorators.durable_app import DFApp as DFApp
from azure.durable_functions.models.DurableEntityContext import DurableEntityContext as DurableEntityContext
from azure.durable_functions.models.DurableOrchestrationClient import (
    DurableOrchestrationClient as DurableOrchestrationClient,
)
from azure.durable_functions.models.DurableOrchestrationContext import (
    DurableOrchestrationContext as DurableOrchestrationContext,
)
from azure.durable_functions.models.OrchestrationRuntimeStatus import (
    OrchestrationRuntimeStatus as OrchestrationRuntimeStatus,
)
from azure.durable_functions.models.RetryOptions import RetryOptions as RetryOptions
from azure.durable_functions.models.TokenSource import ManagedIdentityTokenSource as ManagedIdentityTokenSource
from azure.durable_functions.models.utils.entity_utils import EntityId as EntityId
from azure.durable_functions.orchestrator import Orchestrator as Orchestrator
