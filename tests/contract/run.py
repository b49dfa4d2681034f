"""Run the contract suites against the services that a settings file leads to.

    python -m tests.contract.run SETTINGS [options of pytest]

SETTINGS is a file as Core Tools read it. Each of its connections is given to the suites as `CONTRACT_<connection>`.
"""

import json
import os
import sys
from pathlib import Path

import pytest

CONNECTIONS = ("Warehouse", "EventHubs", "ServiceBus", "Cosmos")
TESTS = Path(__file__).parents[1]
SUITES = (
    "local_azure/amqp/test_event_hubs_contract.py",
    "local_azure/service_bus/test_messages_contract.py",
    "local_azure/service_bus/test_refusals_contract.py",
    "local_azure/service_bus/test_settlement_contract.py",
    "local_azure/service_bus/test_time_contract.py",
    "local_azure/cosmos/test_items.py",
    "local_azure/cosmos/test_batches.py",
    "local_azure/cosmos/test_patches.py",
    "local_azure/cosmos/test_queries.py",
    "local_azure/cosmos/test_reading_many.py",
    "activities",
)


def environment(settings: Path) -> dict[str, str]:
    """`CONTRACT_<connection>` for each connection. Raises KeyError if the file lacks one."""
    values: dict[str, str] = json.loads(settings.read_text())["Values"]
    return {f"CONTRACT_{connection}": values[connection] for connection in CONNECTIONS}


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1]))
    sys.exit(pytest.main([*(str(TESTS / suite) for suite in SUITES), *sys.argv[2:]]))
