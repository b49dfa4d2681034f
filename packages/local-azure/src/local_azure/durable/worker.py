"""The interface by which the engine runs user code: whatever loads the app's functions implements `Worker`."""

from typing import Literal, Protocol

FunctionKind = Literal["orchestrator", "activity", "entity"]


class FunctionFailedError(Exception):
    """User code raised. `str(error)` is the message that the language worker reports.

    For an orchestrator this is the message of the SDK's own exception, with its `$OutOfProcData$:` part: the actions
    up to the failure are read from it. `details` is the traceback, if there is one to show.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class CallFailedError(FunctionFailedError):
    """A durable HTTP call failed: the message and `details` are the whole reason, without a function's name."""


class Worker(Protocol):
    """Runs orchestrators, activities and entities by name; names match without regard to case.

    All three calls may be in flight many times at once; the engine bounds how many (see `HubSettings`). They raise
    `FunctionFailedError` when user code fails. Any other exception is taken for a fault of the host: the engine logs
    it and treats it as a failure of the function, with the exception's text.
    """

    def has_orchestrator(self, name: str) -> bool:
        """True if the app has an orchestrator of this name."""
        ...

    def has_activity(self, name: str) -> bool:
        """True if the app has an activity of this name."""
        ...

    def has_entity(self, name: str) -> bool:
        """True if the app has an entity of this name."""
        ...

    def names(self, kind: FunctionKind) -> list[str]:
        """The names of all functions of a kind, as the app has them."""
        ...

    async def run_orchestrator(self, name: str, payload: str) -> str:
        """Replay an orchestrator. `payload` is the trigger's JSON (history, input, instanceId, ...).

        Answers the SDK's JSON (`isDone`, `actions`, `output`, `customStatus`, `schemaVersion`).
        """
        ...

    async def run_activity(self, name: str, instance_id: str, data: str | None) -> str | None:
        """Run an activity with its input as JSON text; answers its result as JSON text, None for nothing."""
        ...

    async def run_entity(self, name: str, payload: str) -> str:
        """Run a batch of operations. `payload` is the trigger's JSON (self, exists, state, batch).

        Answers the SDK's JSON (`entityExists`, `entityState`, `results`, `signals`).
        """
        ...
