"""Record the extension's answers to random programs in `recorded.ndjson`: those that it gives twice.

DURABLE_HOST=PROGRAM python -m tests.durable.extension.programs.record     (from the package's folder)
"""

import asyncio
import json
import tempfile
from pathlib import Path

from tests.durable.extension.hosts import azurite, extension, extension_program
from tests.durable.extension.probes.record import APP
from tests.durable.extension.programs.maker import make
from tests.durable.extension.programs.player import play_all

RECORDED = Path(__file__).with_name("recorded.ndjson")
_SEED, _COUNT = 1, 150


async def main() -> None:
    """Ask the extension everything twice."""
    programs = [make(_SEED, number) for number in range(_COUNT)]
    with tempfile.TemporaryDirectory() as name, azurite(Path(name)) as port:
        async with extension(extension_program(), port, APP, Path(name)) as client:
            first = await play_all(client, programs, "first-")
            second = await play_all(client, programs, "second-")
    lines: list[str] = []
    for program, answer, again in zip(programs, first, second, strict=True):
        if answer == again:
            lines.append(json.dumps([program, answer], ensure_ascii=False, separators=(",", ":")))
        else:
            print("not the same twice:", json.dumps(program, ensure_ascii=False))
    RECORDED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
