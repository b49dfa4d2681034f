"""The queues that the contract tests need, as an entity file; load the same file into Microsoft's emulator or Azure.

There are many of each kind, so that no test meets another's messages. An endpoint of `CONTRACT_ServiceBus` needs them
too. `tests/contract` writes a file for Microsoft's emulator, which
takes 50 queues.
"""

import json
from pathlib import Path
from typing import Any

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "brief": {"LockDuration": "PT5S", "MaxDeliveryCount": 2},
    "renewed": {"LockDuration": "PT5S"},
    "expiring": {"DeadLetteringOnMessageExpiration": True},
    "unique": {"RequiresDuplicateDetection": True, "DuplicateDetectionHistoryTimeWindow": "PT5M"},
}
OF_EACH_KIND = {"plain": 30, "brief": 2, "renewed": 2, "expiring": 2, "unique": 2}
BY_HAND: list[dict[str, Any]] = [{"Name": f"by-hand-{number}", "Properties": {}} for number in range(20)]
"""Queues for tests that speak the protocol by hand, which only the local part lets them do."""


def queues() -> list[dict[str, Any]]:
    """The queues, as an entity file lists them."""
    return [
        {"Name": f"{kind}-{number}", "Properties": properties}
        for kind, properties in KINDS.items()
        for number in range(OF_EACH_KIND[kind])
    ]


def write_entities(path: Path) -> Path:
    """Write the local part's entity file and give its path."""
    path.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "contract", "Queues": queues() + BY_HAND}]}}))
    return path
