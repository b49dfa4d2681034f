"""Registering activities and orchestrations: plain JSON values on the wire, their own types in the functions."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any, get_type_hints

import azure.durable_functions as df
import msgspec

from orchestrations.calls import Orchestrator
from orchestrations.contracts import Activity, Contract, Orchestration

Function = Callable[..., Any]


class ContractError(TypeError):
    """A function is not what its contract says; the message names both sides."""


def register(to: df.Blueprint, functions: Mapping[Contract, Function]) -> None:
    """Register each function under the name of its contract. Raises ContractError if its name or a type differs."""
    for contract, function in functions.items():
        if isinstance(contract, Activity):
            to.activity_trigger(input_name="argument")(activity(contract, function))
        else:
            to.orchestration_trigger(context_name="context")(orchestrator(contract, function))


def activity(contract: Activity[Any, Any], function: Callable[..., Awaitable[Any]]) -> Function:
    """The function as the durable extension calls it. Raises ContractError."""
    _check(contract, function, [("its input", contract.argument), ("its result", contract.result)])

    async def run(argument: object) -> Any:
        return msgspec.to_builtins(await function(msgspec.convert(argument, contract.argument)))

    return _named_as(function, run)


def orchestrator(contract: Orchestration[Any, Any], function: Callable[..., Orchestrator[Any]]) -> Function:
    """The generator as the durable extension calls it. Raises ContractError."""
    types = [df.DurableOrchestrationContext, contract.argument, Orchestrator[contract.result]]
    _check(contract, function, list(zip(("its context", "its input", "its result"), types, strict=True)))

    def run(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
        argument = msgspec.convert(context.get_input(), contract.argument)
        return msgspec.to_builtins((yield from function(context, argument)))

    return _named_as(function, run)


def _check(contract: Contract, function: Function, expected: list[tuple[str, Any]]) -> None:
    name = function.__name__
    if name != contract.name:
        raise ContractError(f"{name} is registered as {contract.name}: rename one of them")
    hints = list(get_type_hints(function).values())
    if len(hints) != len(expected):
        raise ContractError(f"{name} has {len(hints)} annotated types, and its contract {len(expected)}")
    for (part, its_type), hint in zip(expected, hints, strict=True):
        if hint != its_type:
            raise ContractError(f"{name}: {part} is {hint}, and in its contract {its_type}")


def _named_as(function: Function, run: Function) -> Function:
    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    return run
