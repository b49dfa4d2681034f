"""Compares a function's Python signature with its bindings, as Microsoft's worker does when it loads the function.

Source: azure-functions-runtime 1.3, `functions.py`. What passes here and fails there would only be found by a
deployment: `list[func.EventHubEvent]`, for one, is refused by the worker while `typing.List[...]` passes.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK's registry and typing helpers carry no annotations.

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import azure.functions as func
from azure.functions._thirdparty.typing_inspect import is_generic_type  # pyright: ignore[reportPrivateUsage]

from local_azure.functions_host.indexing.functions import Binding

_PLAIN = (str, bytes)


def needs_context(call: Callable[..., Any], bindings: tuple[Binding, ...]) -> bool:
    """True if the function asks for the invocation's `context`."""
    names = {binding.name for binding in bindings}
    return "context" in inspect.signature(call).parameters and "context" not in names


def annotation_of(call: Callable[..., Any], parameter: str) -> Any:
    """The resolved annotation of a parameter, or None."""
    return _hints(call).get(parameter)


def mismatches(call: Callable[..., Any], bindings: tuple[Binding, ...]) -> Iterator[str]:
    """The reasons, in words, for which the worker would refuse the function; empty if the function would load."""
    try:
        hints = _hints(call)
    except NameError as error:
        yield f"an annotation cannot be resolved: {error}"
        return
    bound = {binding.name: binding for binding in bindings if binding.name != "$return"}
    declared = set(inspect.signature(call).parameters)
    if needs_context(call, bindings):
        declared.discard("context")
        if getattr(hints.get("context", func.Context), "__name__", "") != "Context":
            yield f"the parameter 'context' must be an azure.functions.Context, not {hints['context']!r}"
    if unbound := sorted(declared - set(bound)):
        yield f"the parameters {', '.join(unbound)} have no binding"
    if missing := sorted(set(bound) - declared):
        yield f"the bindings {', '.join(missing)} have no parameter of that name"
    for name in sorted(declared & set(bound) & set(hints)):
        if problem := _annotation_problem(bound[name], hints[name]):
            yield problem
    returns = next((binding for binding in bindings if binding.name == "$return"), None)
    if returns and "return" in hints and not _fits(returns, hints["return"], is_out=True):
        yield f"its return annotation {hints['return']!r} does not fit a {returns.type} output"


def _hints(call: Callable[..., Any]) -> Mapping[str, Any]:
    return typing.get_type_hints(call)


def _annotation_problem(binding: Binding, annotation: Any) -> str | None:
    origin = typing.get_origin(annotation) or annotation
    is_out = isinstance(origin, type) and origin.__name__ == "Out"
    if is_out != (binding.direction == "OUT"):
        return f"the parameter {binding.name} must {'' if not is_out else 'not '}be annotated as azure.functions.Out"
    if is_out:
        arguments = typing.get_args(annotation)
        if len(arguments) != 1:
            return f"the parameter {binding.name} has the invalid annotation {annotation!r}"
        annotation = arguments[0]
    if not isinstance(annotation, type) and not is_generic_type(annotation):
        return (
            f"the parameter {binding.name} has the annotation {annotation!r}, which Azure's worker refuses; "
            "use a class or typing.List[...]"
        )
    if annotation in _PLAIN or _fits(binding, annotation, is_out=is_out):
        return None
    return f"the parameter {binding.name}: {annotation!r} does not fit a {binding.type}"


def _fits(binding: Binding, annotation: Any, *, is_out: bool) -> bool:
    """False if the SDK's converter refuses the annotation; the worker asks the same converter."""
    converter: Any = func.get_binding_registry().get(binding.type)
    if converter is None:
        return True
    check = converter.check_output_type_annotation if is_out else converter.check_input_type_annotation
    try:
        return bool(check(annotation))
    except TypeError:
        return False
