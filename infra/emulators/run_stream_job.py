"""Run the stream job between the emulators: Microsoft has none for Stream Analytics, so the local one runs the query.

    python infra/emulators/run_stream_job.py [SETTINGS] [options of local_azure.stream_analytics]

SETTINGS is a file as Core Tools read it (default: local.settings.json in the folder above).
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> None:
    """Become `python -m local_azure.stream_analytics` with the connections of the settings."""
    settings = (
        Path(arguments.pop(0)) if arguments and not arguments[0].startswith("-") else ROOT / "local.settings.json"
    )
    values: dict[str, str] = json.loads(settings.read_text())["Values"]
    defaults = {
        "--project": ROOT / "stream_analytics" / "asaproj.json",
        "--state": ROOT / ".local" / "emulators" / "stream-analytics",
        "--blob-connection": "Warehouse",
    }
    options = [str(word) for pair in defaults.items() for word in pair]
    command = [sys.executable, "-m", "local_azure.stream_analytics", *options, *arguments]
    os.chdir(ROOT)
    os.execve(sys.executable, command, os.environ | values)  # noqa: S606 - it is this Python


if __name__ == "__main__":
    main(sys.argv[1:])
