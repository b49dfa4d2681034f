"""Why a workflow failed: one line of what the engines give, as recorded from Microsoft's extension and the SDK."""

import pytest

from fraud.desk.causes import cause_of

STACK = '{"$type": "System.Exception", "Message": "ServiceRequestError: no route", "StackTrace": "at Rpc"}'
ACTIVITY = "Activity function 'find_windows' failed: ServiceRequestError: no route"
WRAPPED = "One or more errors occurred. (Result: Failure\nException: TypeError: broken\nStack: File 'x', line 1)"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            f"Orchestrator function 'reanalyze' failed: {ACTIVITY} \n {STACK}",
            "ServiceRequestError: no route (in find_windows)",
        ),
        (
            f"Orchestrator function 'a' failed: Orchestrator function 'b' failed: {ACTIVITY} \n {STACK}",
            "ServiceRequestError: no route (in find_windows)",
        ),
        ("Orchestrator function 'reanalyze' failed: 'at once' \n Message: 'at once', StackTrace: S", "'at once'"),
        (f"Orchestrator function 'reanalyze' failed: {WRAPPED}", "TypeError: broken"),
        ("Activity function 'bad' failed: ValueError: one\ntwo \n three", "ValueError: one (in bad)"),
        ("too many", "too many"),
        ("", "it gives no reason"),
        (None, "it gives no reason"),
        ("x" * 400, "x" * 300 + "…"),
    ],
)
def test_a_cause_is_the_innermost_message_and_its_activity(output: object, said: str):
    assert str(cause_of(output)) == said
