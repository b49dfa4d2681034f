"""A workflow that is waited for, and one that failed: one line for a person, all that the app says for a script."""

from typing import Any

from cli.app_client import AppError
from fraud.desk.causes import cause_of

RUNNING = ("Pending", "Running", "ContinuedAsNew", "Suspended")
"""The statuses of a workflow that has not ended."""


class WorkflowFailedError(AppError):
    """A workflow failed, or was terminated. The message is one line; `answer` is the app's whole answer."""

    def __init__(self, text: str, answer: Any) -> None:
        super().__init__(text)
        self.answer = answer


def workflow_failed(
    subject: str, instance: str, status: str, answer: Any, *, output: object, advice: str = "start it again"
) -> WorkflowFailedError:
    """The error that says what failed, why, and what to do. `subject` is what people call it."""
    text = (
        f"{subject} {status.lower()}: {cause_of(output)}; `detective workflows {instance}` shows where, then {advice}"
    )
    return WorkflowFailedError(text, answer)
