"""Run the contract suites against the services that a settings file leads to.

    python -m tests.contract.run SETTINGS [options of pytest]

SETTINGS is a file as Core Tools read it. Each of its connections is given to the suites as `CONTRACT_<connection>`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CONNECTIONS = ("Warehouse", "EventHubs", "ServiceBus", "Cosmos")
ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packages" / "local-azure"
SUITES = (
    "event_hubs/test_event_hubs_contract.py",
    "service_bus/test_messages_contract.py",
    "service_bus/test_refusals_contract.py",
    "service_bus/test_settlement_contract.py",
    "service_bus/test_time_contract.py",
    "cosmos/test_items.py",
    "cosmos/test_batches.py",
    "cosmos/test_patches.py",
    "cosmos/test_queries.py",
    "cosmos/test_reading_many.py",
)
"""Of the package; those of the app are its activities."""


def environment(settings: Path) -> dict[str, str]:
    """`CONTRACT_<connection>` for each connection. Raises KeyError if the file lacks one."""
    values: dict[str, str] = json.loads(settings.read_text())["Values"]
    return {f"CONTRACT_{connection}": values[connection] for connection in CONNECTIONS}


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1]))
    suites = [str(PACKAGE / "tests" / suite) for suite in SUITES]
    command = [sys.executable, "-m", "pytest", *sys.argv[2:]]
    runs = [
        subprocess.run([*command, "-c", str(PACKAGE / "pyproject.toml"), *suites], cwd=ROOT, check=False),
        subprocess.run([*command, str(ROOT / "tests" / "activities")], cwd=ROOT, check=False),
    ]
    sys.exit(max(run.returncode for run in runs))
