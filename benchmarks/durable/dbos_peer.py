"""The work on DBOS with SQLite: workflows and steps in one process, a row on disk for each step, and no replay.

It is installed apart (requirements/peers.in) and runs in a process of its own:
python -m benchmarks.durable.dbos_peer KIND ACTIVITIES INSTANCES     prints the seconds
"""

# DBOS lies outside the environment that types are checked in.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedFunctionDecorator=false

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.durable.works import Work

NAME = "DBOS 3.4.0 on SQLite"
PEERS = Path(__file__).parents[2] / ".local" / "tools" / "peers"


def is_there() -> bool:
    """True if `make bench` has installed it."""
    return (PEERS / "dbos").exists()


def run(work: Work) -> float:
    """Seconds for the work, after a little that warms up, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.durable.dbos_peer", work.kind, str(work.activities)]
    done = subprocess.run([*command, str(work.instances)], check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])


def _main(work: Work) -> None:
    sys.path.append(str(PEERS))
    from dbos import DBOS  # noqa: PLC0415 - it is not in this environment

    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/dbos.sqlite"
        DBOS(
            config={
                "name": "bench",
                "system_database_url": database,
                "run_admin_server": False,
                "log_level": "ERROR",
            }
        )

        @DBOS.step()
        async def double(number: int) -> int:
            return 2 * number

        @DBOS.workflow()
        async def fan_out(width: int) -> int:
            return sum(await asyncio.gather(*(double(number) for number in range(width))))

        @DBOS.workflow()
        async def chain(length: int) -> int:
            total = 0
            for number in range(length):
                total += await double(number)
            return total

        async def run_all(work: Work) -> float:
            kind = {"fan_out": fan_out, "chain": chain}[work.kind]
            began = time.perf_counter()
            started = [await DBOS.start_workflow_async(kind, work.activities) for _ in range(work.instances)]
            outputs = await asyncio.gather(*(each.get_result(polling_interval_sec=0.01) for each in started))
            taken = time.perf_counter() - began
            for output in outputs:
                work.check(output)
            return taken

        async def run_both() -> float:
            await run_all(work.warm_up)
            return await run_all(work)

        DBOS.launch()
        print(asyncio.run(run_both()))
        DBOS.destroy()


if __name__ == "__main__":
    _main(Work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
