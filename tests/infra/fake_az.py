"""Stands in for the Azure CLI: one stream job, whose answers a scenario file lists.

The file holds `{"states": [[jobState, lastOutputEventTime], ...], "failures": {action: [text, ...]},
"transformation": {...}, "calls": []}`.
`show` moves on to the next state, the last one stays; an action fails as often as texts are listed for it. Calls are
noted.
"""

import json
import os
import sys
from pathlib import Path


def main() -> int:
    file = Path(os.environ["FAKE_AZ"])
    scenario = json.loads(file.read_text())
    scenario["calls"].append(sys.argv[1:])
    if sys.argv[1:3] == ["stream-analytics", "transformation"]:
        print(json.dumps(scenario["transformation"]))
        return 0
    action = sys.argv[3]
    failures = scenario["failures"].get(action, [])
    failure = failures.pop(0) if failures else None
    if action == "show" and failure is None:
        states = scenario["states"]
        state, last_output = states.pop(0) if len(states) > 1 else states[0]
        print(json.dumps({"jobState": state, "lastOutputEventTime": last_output}))
    file.write_text(json.dumps(scenario))
    if failure is not None:
        print(f"ERROR: {failure}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
