"""A process that is killed with SIGKILL, over and over, goes on where it stood."""

import asyncio
import random
import signal
import sys
from pathlib import Path

import azure.durable_functions as df
import pytest

from local_azure.testing.running_hub import RunningHub
from tests.durable.killed_process import PARENTS, WIDTH, register

KILLS = 6
PACKAGE = Path(__file__).parents[2]


async def live(database: Path, journal: Path, seconds: float | None) -> bool:
    """Run the process until it has done everything, or kill it after so many seconds; whether it had done."""
    module = "tests.durable.killed_process"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        str(database),
        str(journal),
        cwd=PACKAGE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"started\n"
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        process.send_signal(signal.SIGKILL)
        await process.wait()
        return False
    assert process.returncode == 0
    return True


@pytest.mark.slow
async def test_nothing_is_lost_and_no_step_counts_twice(tmp_path: Path):
    database, journal = tmp_path / "hub.db", tmp_path / "journal"
    dice = random.Random(5)
    for _ in range(KILLS):
        await live(database, journal, dice.uniform(0.02, 0.25))
    assert await live(database, journal, None)

    hub = RunningHub(database, df.DFApp())
    register(hub, journal)
    outputs = [(await hub.status(f"parent-{number}"))["output"] for number in range(PARENTS)]
    loops = (await hub.status("loop"))["output"]
    client = (await hub.hub()).client
    counted, signalled = client.entity_state("counter", "all"), client.entity_state("counter", "loops")
    await hub.stop()

    jobs = journal.read_text().splitlines()
    assert outputs == [3 * WIDTH] * PARENTS
    assert (loops, counted, signalled) == (40, str(3 * PARENTS), "41")
    assert len(set(jobs)) == 3 * PARENTS * WIDTH + 41, "every activity ran at least once"
