"""The answer of an orchestrator: the actions that it asks for, and its end.

The JSON is that of `OrchestratorState` in the SDK (schema 1.x). A failing orchestrator raises an exception whose
message carries the same JSON after the label `$OutOfProcData$:`.
"""

import json
from enum import IntEnum
from typing import Any

import msgspec

from local_azure.durable.causes import unread
from local_azure.durable.newtonsoft import UnreadableError, compact, read_value, too_deep
from local_azure.durable.worker import FunctionFailedError

OUT_OF_PROC_LABEL = "\n\n$OutOfProcData$:"


class ActionType(IntEnum):
    """The SDK's action types, by their numbers."""

    CALL_ACTIVITY = 0
    CALL_ACTIVITY_WITH_RETRY = 1
    CALL_SUB_ORCHESTRATOR = 2
    CALL_SUB_ORCHESTRATOR_WITH_RETRY = 3
    CONTINUE_AS_NEW = 4
    CREATE_TIMER = 5
    WAIT_FOR_EXTERNAL_EVENT = 6
    CALL_ENTITY = 7
    CALL_HTTP = 8
    SIGNAL_ENTITY = 9
    WHEN_ANY = 11
    WHEN_ALL = 12


class RetryOptions(msgspec.Struct, frozen=True, rename="camel"):
    """The SDK's retry options: it has no back-off."""

    first_retry_interval_in_milliseconds: int
    max_number_of_attempts: int


class Action(msgspec.Struct, frozen=True, rename="camel"):
    """One thing that an orchestrator asked for. `input` is JSON text; `fire_at` is a UTC time."""

    action_type: ActionType
    function_name: str = ""
    input: str | None = None
    instance_id: str | None = None
    version: str | None = None
    retry_options: RetryOptions | None = None
    fire_at: str = ""
    is_canceled: bool = False
    external_event_name: str = ""
    operation: str = ""
    http_request: dict[str, Any] | None = None
    compound_actions: "tuple[Action, ...]" = ()


class _Answer(msgspec.Struct, rename="camel"):
    is_done: bool
    actions: list[list[Action]]
    output: Any = None
    error: str | None = None
    custom_status: Any = msgspec.UNSET


class Answer(msgspec.Struct, frozen=True):
    """The state of an orchestrator after a replay.

    `output` and `custom_status` are JSON text or None. `error` is set if user code raised; if `is_whole`, it is told
    without the name of the function.
    """

    is_done: bool
    actions: tuple[Action, ...]
    output: str | None = None
    error: str | None = None
    custom_status: str | None = None
    is_whole: bool = False


_decoder = msgspec.json.Decoder(_Answer)


def to_json(value: object) -> str:
    """JSON text that can be stored: text that is not valid Unicode stays escaped."""
    return json.dumps(value, ensure_ascii=True)


def parse_answer(text: str) -> Answer:
    """Read the SDK's JSON as the host does. Raises FunctionFailedError if it is not what the SDK of 1.x writes."""
    raw = _decode(text)
    actions = tuple(action for batch in raw.actions for action in batch)
    if problem := _unreadable(raw):
        # The host cannot read the answer at all, so it carries out nothing of it.
        return Answer(is_done=False, actions=(), error=problem)
    status = None if raw.custom_status is msgspec.UNSET else read_value(raw.custom_status)
    custom_status = None if status is None else compact(status)
    try:
        output = None if raw.output is None else compact(read_value(raw.output, path="output"))
    except UnreadableError as error:
        return Answer(is_done=False, actions=actions, error=str(error), custom_status=custom_status)
    return Answer(is_done=raw.is_done, actions=actions, output=output, error=raw.error, custom_status=custom_status)


def parse_failure(error: FunctionFailedError) -> Answer:
    """The answer of an orchestrator that raised: its actions up to there, and the user's message as `error`.

    The host reports one that carries no state in its own words.
    """
    _, state = failed_state(str(error))
    if state is None:
        return Answer(is_done=False, actions=(), error=unread(str(error) or type(error).__name__, error.details))
    return parse_answer(state)


def failed_state(message: str) -> tuple[str, str | None]:
    """The message of a failure and the state behind it; without one, all of it and None.

    The last label counts: a child's failure carries the child's. What user code has returned that is not JSON, or
    raised behind `continue_as_new`, is "done", and the extension takes that for no failed state.
    """
    said, label, state = message.rpartition(OUT_OF_PROC_LABEL)
    if not label:
        return message, None
    try:
        raw = _decode(state)
    except FunctionFailedError:
        return message, None
    if raw.is_done or not raw.error or _unreadable(raw):
        return message, None
    return said, state


def _decode(text: str) -> _Answer:
    try:
        try:
            return _decoder.decode(text)
        except msgspec.DecodeError:
            # Python writes NaN and lone surrogates, which strict JSON does not have.
            return msgspec.convert(json.loads(text), _Answer)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise FunctionFailedError(f"the orchestrator's answer cannot be used: {error}") from error


def _unreadable(raw: _Answer) -> str | None:
    return too_deep(raw.custom_status, "customStatus") or too_deep(raw.output, "output")
