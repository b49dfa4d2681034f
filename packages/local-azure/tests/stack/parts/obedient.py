"""A part that serves until it is told to stop, and writes down that it stopped in order."""

import asyncio
import os
from pathlib import Path

from local_azure.core.process import announce_ready, arguments, run


async def serve(stop: asyncio.Event, state: Path) -> None:
    await asyncio.to_thread(state.mkdir, parents=True, exist_ok=True)
    (state / "pid").write_text(str(os.getpid()))
    announce_ready("obedient", "nowhere")
    print("a line after the ready line " + "x" * 200_000, flush=True)
    await stop.wait()
    with (state.parent / "stopped").open("a") as file:
        file.write(f"{state.name}\n")


options = arguments("obedient", "A part for tests.").parse_args()
run("obedient", options.log_level, lambda stop: serve(stop, options.state))
