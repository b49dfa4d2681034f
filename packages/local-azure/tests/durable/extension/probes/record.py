"""Record the answers of Microsoft's extension to the probes in `probes.json`.

DURABLE_HOST=PROGRAM python -m tests.durable.extension.probes.record [NAME ...]     (from the package's folder)
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.durable.extension.hosts import azurite, extension, extension_program
from tests.durable.extension.probes.driver import PROBES

APP = Path(__file__).with_name("app") / "function_app.py"
RECORDED = Path(__file__).parents[1] / "probes.json"


async def main(names: list[str]) -> None:
    """Ask the extension each probe named, or all."""
    program = extension_program()
    assert program is not None
    recorded: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    with tempfile.TemporaryDirectory() as name, azurite(Path(name)) as port:
        async with extension(program, port, APP, Path(name)) as client:
            for probe in names or list(PROBES):
                recorded[probe] = await PROBES[probe](client)
                print(probe, json.dumps(recorded[probe])[:200], flush=True)
                # Kept after each: a probe that fails takes no other along.
                text = json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True)
                RECORDED.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
