"""Turns the SDK's functions into ours, and refuses what this host cannot run: all problems at once, each by name."""

import inspect
import json
import logging
import os
from pathlib import Path
from typing import Any, cast

from azure.functions.decorators.function_app import Function as SdkFunction

from local_azure.core.process import CannotStartError
from local_azure.functions_host.indexing.functions import Binding, Function
from local_azure.functions_host.indexing.signature import annotation_of, mismatches, needs_context
from local_azure.functions_host.invocation.retry import RetryPolicy

_LOG = logging.getLogger(__name__)

HTTP, TIMER, EVENT_HUB, SERVICE_BUS = "httpTrigger", "timerTrigger", "eventHubTrigger", "serviceBusTrigger"
ORCHESTRATION, ACTIVITY, ENTITY = "orchestrationTrigger", "activityTrigger", "entityTrigger"
DURABLE_CLIENT = "durableClient"
DURABLE = frozenset({ORCHESTRATION, ACTIVITY, ENTITY})
TRIGGERS = frozenset({HTTP, TIMER, EVENT_HUB, SERVICE_BUS}) | DURABLE
_OWN_NAME = {ORCHESTRATION: "orchestration", ACTIVITY: "activity", ENTITY: "entityName"}
_RETRIABLE = frozenset({TIMER, EVENT_HUB})


def build_catalogue(sdk_functions: list[SdkFunction], root: Path, wanted: list[str] | None) -> list[Function]:
    """The app's functions. Raises CannotStartError that lists every problem with the function's name."""
    functions, problems = list[Function](), list[str]()
    for sdk_function in sdk_functions:
        function = _convert(sdk_function, root, problems)
        if function and (wanted is None or function.name in wanted):
            functions.append(function)
    if wanted is not None and (absent := set(wanted) - {str(each.get_function_name()) for each in sdk_functions}):
        problems.append(f"host.json 'functions' names functions that do not exist: {', '.join(sorted(absent))}")
    if problems:
        raise CannotStartError("the app cannot run here:\n" + "\n".join(f"  - {problem}" for problem in problems))
    return functions


def durable_name(function: Function) -> str:
    """The name that orchestrators and clients call a durable function by: the trigger's own, or the function's."""
    return function.trigger.text(_OWN_NAME[function.trigger.type]) or function.name


def _convert(sdk_function: SdkFunction, root: Path, problems: list[str]) -> Function | None:
    name = str(sdk_function.get_function_name())
    call = sdk_function.get_user_function()
    bindings = tuple(_binding(each) for each in json.loads(sdk_function.get_function_json())["bindings"])
    trigger_name = getattr(sdk_function.get_trigger(), "name", "")
    trigger = next(binding for binding in bindings if binding.name == trigger_name)
    inputs = tuple(each for each in bindings if each is not trigger and each.direction == "IN")
    outputs = tuple(each for each in bindings if each.direction == "OUT")
    faults = [*_unsupported(trigger, inputs, outputs), *mismatches(call, bindings)]
    retry = _retry_policy(sdk_function, trigger, faults)
    problems += [f"function {name}: {problem}" for problem in faults]
    if faults:
        return None
    return Function(
        name=name,
        call=call,
        directory=str(root),
        trigger=trigger,
        inputs=inputs,
        outputs=tuple(each for each in outputs if each.name != "$return"),
        returns=_return_type(trigger, outputs),
        is_async=inspect.iscoroutinefunction(call),
        needs_context=needs_context(call, bindings),
        retry=retry,
        disabled=_is_disabled(name),
        trigger_annotation=annotation_of(call, trigger.name),
    )


def _binding(properties: dict[str, Any]) -> Binding:
    return Binding(
        name=properties["name"],
        type=properties["type"],
        direction=properties["direction"],
        data_type=properties.get("dataType"),
        properties=properties,
    )


def _return_type(trigger: Binding, outputs: tuple[Binding, ...]) -> str | None:
    if any(each.name == "$return" for each in outputs):
        return "http"
    return trigger.type if trigger.type in DURABLE else None


def _unsupported(trigger: Binding, inputs: tuple[Binding, ...], outputs: tuple[Binding, ...]) -> list[str]:
    problems = list[str]()
    if trigger.type not in TRIGGERS:
        problems.append(f"its trigger {trigger.type} is not supported here (supported: {', '.join(sorted(TRIGGERS))})")
    problems += [
        f"its input binding {each.name} of type {each.type} is not supported here (supported: {DURABLE_CLIENT})"
        for each in inputs
        if each.type != DURABLE_CLIENT
    ]
    problems += [
        f"its output binding {each.name} of type {each.type} is not supported here (supported: http)"
        for each in outputs
        if each.type != "http" or trigger.type != HTTP
    ]
    if trigger.type == SERVICE_BUS:
        if not trigger.text("queueName"):
            problems.append("Service Bus topics are not supported here, only queues")
        if trigger.text("cardinality").lower() == "many":
            problems.append("a Service Bus trigger of cardinality many is not supported here")
        if trigger.properties.get("isSessionsEnabled"):
            problems.append("Service Bus sessions are not supported here")
    return problems


def _retry_policy(sdk_function: SdkFunction, trigger: Binding, problems: list[str]) -> RetryPolicy | None:
    settings = cast(dict[str, Any] | None, sdk_function.get_settings_dict("retry_policy"))  # pyright: ignore[reportUnknownMemberType]
    if not settings:
        return None
    if trigger.type not in _RETRIABLE:
        problems.append(f"a retry policy has no effect on a {trigger.type}; Azure has it for timers and Event Hubs")
        return None
    try:
        return RetryPolicy.parse({key: str(value) for key, value in settings.items() if value is not None})
    except (KeyError, ValueError) as error:
        problems.append(f"its retry policy: {error}")
        return None


def _is_disabled(name: str) -> bool:
    """`AzureWebJobs.NAME.Disabled`, also with `__`, which every shell can set."""
    settings = (f"AzureWebJobs.{name}.Disabled", f"AzureWebJobs__{name}__Disabled")
    disabled = any(os.environ.get(setting, "").lower() in {"1", "true"} for setting in settings)
    if disabled:
        _LOG.info("function %s is disabled by its setting", name)
    return disabled
