"""Write the Service Bus emulator's file for the contract suites: the app's queue, and those of the suites beside it.

python -m tests.contract.entities APP_FILE FILE
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.service_bus.queues import queues


def entities(app: Path) -> dict[str, Any]:
    """The app's file with more queues. The emulator takes 50."""
    content: dict[str, Any] = json.loads(app.read_text())
    (namespace,) = content["UserConfig"]["Namespaces"]
    namespace["Queues"] += queues()
    return content


if __name__ == "__main__":
    file = Path(sys.argv[2])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(entities(Path(sys.argv[1])), indent=2) + "\n")
