"""Why a workflow failed, in one line: the engines give it with the stack traces of several layers. Pure."""

import re
from typing import NamedTuple

_FAILED = re.compile(r"(Orchestrator|Activity|Entity) function '([^']{1,200})' failed: ")
_WRAPPED = "One or more errors occurred. (Result: Failure\nException: "
_MOST_SHOWN = 300
MOST_OF_AN_ERROR = 64 * 1024
"""Characters of an output that are passed on whole, to whoever asks by JSON."""


class Cause(NamedTuple):
    """The error that a workflow ended with, and the activity that raised it; empty if it was none."""

    error: str
    activity: str = ""

    def __str__(self) -> str:
        """Both in one line."""
        return f"{self.error} (in {self.activity})" if self.activity else self.error


def cause_of(output: object) -> Cause:
    """The cause in the output of a workflow that failed or was terminated.

    The output is the message of each layer in front of that of the layer below, and behind the innermost message its
    stack, as text or as JSON. A terminated one has the reason that somebody gave.
    """
    text = str(output or "")
    activity = ""
    while layer := _FAILED.match(text):
        activity = layer[2] if layer[1] == "Activity" else activity
        text = text[layer.end() :]
    lines = text.removeprefix(_WRAPPED).strip().splitlines()
    error = lines[0].strip() if lines else ""
    if len(error) > _MOST_SHOWN:
        error = f"{error[:_MOST_SHOWN]}…"
    return Cause(error or "it gives no reason", activity)
