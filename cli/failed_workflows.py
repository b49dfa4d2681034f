"""A workflow that is waited for, and one that failed: one line for a person, all that the app says for a script."""

from typing import Any

from cli.app_client import AppError
from cli.screen import plain
from fraud.desk.causes import cause_of
from fraud.reanalysis.messages import Reanalysis

RUNNING = ("Pending", "Running", "ContinuedAsNew", "Suspended")
"""The statuses of a workflow that has not ended."""


def check_ours(subject: str, ordered: Reanalysis | None, ran: Reanalysis | None) -> None:
    """Raise AppError if another order ran than ours: of several in one moment Azure accepts all, and runs one."""
    if ordered and ran and ordered.id != ran.id:
        theirs = f"{subject} that {plain(ran.who)} ordered in the same moment ran ({ran.id})"
        raise AppError(f"{theirs}, and not this one: order it again")


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
