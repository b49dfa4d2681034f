"""An app of the workflows over steps in memory, for any engine: what none of the services decides.

A re-analysis and a trial find eleven windows, which are six pages and so several generations; each kind of their steps
fails once. A reconciliation has more scans than one workflow runs.
"""

from pathlib import Path

from azure.durable_functions import DFApp

ROOT = Path(__file__).parents[3]
__path__ = [str(ROOT / "function_app")]
"""A host imports this file under the name of the app's package, whose other modules are needed too."""

from orchestrations.reconciliation_stages import ACTIVITIES_PER_ORCHESTRATION  # noqa: E402 - they look for the app's package
from tests.orchestrations.fake_activities import FakeActivities  # noqa: E402
from tests.orchestrations.reconciliation_app import reconciliation_hub  # noqa: E402

WINDOWS = [f"w{number}" for number in range(11)]
FAILURES = dict.fromkeys(("judge_again", "alert_fraud_team", "try_window", "note_reanalysis", "judge_places"), 1)


def every_workflow() -> DFApp:
    """The app, with steps that nobody has called."""
    steps = FakeActivities()
    steps.windows = WINDOWS
    steps.failures.update(FAILURES)
    hub = reconciliation_hub(Path("never-started"), scan_parts=ACTIVITIES_PER_ORCHESTRATION + 5)
    steps.register(hub.app)
    return hub.app


app = every_workflow()
