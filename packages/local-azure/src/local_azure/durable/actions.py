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

    `output` and `custom_status` are JSON text or None. `error` is set if user code raised.
    """

    is_done: bool
    actions: tuple[Action, ...]
    output: str | None = None
    error: str | None = None
    custom_status: str | None = None


_decoder = msgspec.json.Decoder(_Answer)


def to_json(value: object) -> str:
    """JSON text that can be stored: text that is not valid Unicode stays escaped."""
    return json.dumps(value, ensure_ascii=True)


def parse_answer(text: str) -> Answer:
    """Read the SDK's JSON as the host does. Raises FunctionFailedError if it is not what the SDK of 1.x writes."""
    try:
        try:
            raw = _decoder.decode(text)
        except msgspec.DecodeError:
            # Python writes NaN and lone surrogates, which strict JSON does not have.
            raw = msgspec.convert(json.loads(text), _Answer)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise FunctionFailedError(f"the orchestrator's answer cannot be used: {error}") from error
    actions = tuple(action for batch in raw.actions for action in batch)
    if problem := too_deep(raw.custom_status, "customStatus") or too_deep(raw.output, "output"):
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

    One that failed before or after the SDK ran it carries no actions; the host reports it in its own words.
    """
    message, label, data = str(error).partition(OUT_OF_PROC_LABEL)
    if not label:
        return _unread(error)
    try:
        # A worker may append its own text (a stack) after the JSON.
        state, _ = json.JSONDecoder().raw_decode(data)
        answer = parse_answer(json.dumps(state))
    except (ValueError, RecursionError, FunctionFailedError):
        return Answer(is_done=False, actions=(), error=message)
    if answer.is_done:
        # User code had returned what is not JSON, or raised behind `continue_as_new`: the extension replays no action.
        return _unread(error)
    return msgspec.structs.replace(answer, error=answer.error or message)


def _unread(error: FunctionFailedError) -> Answer:
    """A failure of which the host reads nothing; it reports all of it in its own words."""
    return Answer(is_done=False, actions=(), error=unread(str(error) or type(error).__name__, error.details))
