"""The queues that the contract tests need, as an entity file; load the same file into Microsoft's emulator or Azure.

There are many of each kind, so that no test meets another's messages. An endpoint of `CONTRACT_ServiceBus` needs the
first two of each kind (`plain-0` for the sync SDK, `plain-1` for the aio one, ...), with PT5S for PT1S where Azure
insists; tests empty them before use.
"""

import json
from pathlib import Path
from typing import Any

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "brief": {"LockDuration": "PT1S", "MaxDeliveryCount": 2},
    "renewed": {"LockDuration": "PT5S"},
    "expiring": {"DeadLetteringOnMessageExpiration": True},
    "unique": {"RequiresDuplicateDetection": True, "DuplicateDetectionHistoryTimeWindow": "PT5M"},
}
OF_EACH_KIND = 40


def write_entities(path: Path) -> Path:
    """Write the entity file and give its path."""
    queues = [
        {"Name": f"{kind}-{number}", "Properties": properties}
        for kind, properties in KINDS.items()
        for number in range(OF_EACH_KIND)
    ]
    path.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "contract", "Queues": queues}]}}))
    return path
