"""Azure on this machine: `python -m local_azure.stack up`.

Starts every part, prints what is where, and keeps it running until Ctrl-C. The state survives; `reset` forgets it.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

from local_azure.core import lock
from local_azure.core.clock import SETTING as CLOCK_SETTING
from local_azure.core.process import LOOPBACK, CannotStartError, announce_ready, run
from local_azure.stack import clock_file, ports, settings_file
from local_azure.stack.parts import ROOT, all_parts
from local_azure.stack.supervisor import Supervisor

LOCAL = ROOT / ".local"
SETTINGS = LOCAL / "local.settings.json"
APP_SETTINGS = {"RECONCILIATION_SCHEDULE": "0 30 0 * * *"}
"""What the app needs besides its connections; the same names that Bicep sets."""

_RUNS = "this clone's stack already runs (process {process}); stop it with Ctrl-C there"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def up(stop: asyncio.Event, state: Path, settings: Path, speed: float) -> None:
    """Run the stack until `stop` is set."""
    with lock.hold(settings.with_name("stack.lock"), _RUNS), ports.reserved() as chosen:
        started = time.monotonic()
        await asyncio.to_thread(state.mkdir, parents=True, exist_ok=True)
        clock = clock_file.resume(state / "clock", speed)
        connections = settings_file.connection_settings(chosen)
        settings_file.write(settings, {**connections, **APP_SETTINGS}, chosen["functions"])
        environment = {CLOCK_SETTING: clock.setting(), **connections}
        _say(f"Azure on this machine, at {speed:g} times real time. State in {_short(state)}.")
        supervisor = Supervisor(
            all_parts(state, chosen, settings), environment, state / "logs", lambda line: _say(f"  {line}")
        )
        keep_clock = asyncio.create_task(clock_file.keep(state / "clock", clock))
        try:
            await supervisor.run(stop, lambda: _say_ready(chosen["functions"], settings, time.monotonic() - started))
        finally:
            keep_clock.cancel()
            clock_file.save(state / "clock", clock)
    _say("Stopped. `make up` continues from here; `make reset` forgets it.")


def _say_ready(port: int, settings: Path, seconds: float) -> None:
    base = f"http://localhost:{port}"
    _say(f"""
Ready in {seconds:.1f} s.

  Send events     curl "{base}/store-events-producer-fn?count=30"
  Health          curl {base}/api/health
  Functions       {base}/
  Settings        {_short(settings)} (for any client or script)
  Stop            Ctrl-C
""")
    if not sys.stdout.isatty():
        announce_ready("stack", f"functions={LOOPBACK}:{port}")


def _short(path: Path) -> str:
    return os.path.relpath(path)


def reset(state: Path, settings: Path) -> None:
    """Forget the state. Raises CannotStartError while a stack runs."""
    with lock.hold(settings.with_name("stack.lock"), _RUNS):
        shutil.rmtree(state, ignore_errors=True)
    _say(f"Forgot the state in {_short(state)}.")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m local_azure.stack", description=__doc__)
    parser.add_argument("action", choices=["up", "reset"])
    parser.add_argument("--state", type=Path, default=LOCAL / "state", metavar="DIR")
    parser.add_argument("--settings", type=Path, default=SETTINGS, metavar="FILE", help="where to write the settings")
    parser.add_argument("--speed", type=float, default=os.environ.get("SPEED") or "1", help="Azure's seconds a second")
    parser.add_argument("--log-level", default="WARNING")
    options = parser.parse_args()
    if not 0 < options.speed <= 1000:
        parser.error("--speed must be above 0 and at most 1000")
    state, settings = options.state.resolve(), options.settings.resolve()
    if options.action == "up":
        run("stack", options.log_level, lambda stop: up(stop, state, settings, options.speed))
    try:
        reset(state, settings)
    except CannotStartError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
