"""Runs an unchanged Azure Functions app: `python -m local_azure.functions_host --app DIR --port 7071 --state DIR`."""

import asyncio
import logging
import os
import sys
from pathlib import Path

from local_azure.core.lock import hold
from local_azure.core.process import SUPERVISED, announce_ready, arguments, run
from local_azure.functions_host.host import Host
from local_azure.functions_host.host_json import load_host_json
from local_azure.functions_host.invocation.invoker import process_count
from local_azure.functions_host.loaded_app import load_app
from local_azure.functions_host.settings import load_local_settings
from local_azure.functions_host.workers.process import WorkerProcess

_TAKEN = "the state folder is used by another functions host (process {process})"
_ORPHAN_SECONDS = 20.0
"""Seconds that the host of a killed stack takes to notice, and to end what it had begun."""


async def serve(stop: asyncio.Event, app: Path, port: int, state: Path, settings: Path | None) -> None:
    """Serve the app until `stop` is set."""
    patience = _ORPHAN_SECONDS if os.environ.get(SUPERVISED) else 0.0
    lock = await asyncio.to_thread(hold, state / "host.lock", _TAKEN, patience)
    keys = load_local_settings(app, settings)
    config = load_host_json(app)
    functions, invoker = await load_app(app, config)
    level = logging.getLevelName(logging.getLogger().level)
    processes = [WorkerProcess(app, level, invoker.figures) for _ in range(process_count() - 1)]
    host = Host(functions, config, invoker, state, keys=keys, processes=processes)
    try:
        announce_ready("functions", await host.start(port))
        await stop.wait()
    finally:
        await host.stop()
        lock.close()
    if invoker.has_stuck_threads:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)  # a thread that is stuck in user code would keep the process for ever


def main() -> None:
    """The command line."""
    parser = arguments("local_azure.functions_host", __doc__ or "")
    parser.add_argument(
        "--app", type=Path, required=True, metavar="DIR", help="folder of the app, with function_app.py"
    )
    parser.add_argument("--port", type=int, default=7071, help="port of the HTTP endpoint; 0 takes a free one")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="in place of the app's local.settings.json")
    options = parser.parse_args()
    app, state = options.app.resolve(), options.state.resolve()
    if not app.is_dir():
        parser.error(f"the app folder {app} does not exist")
    settings = options.settings.resolve() if options.settings else None
    run("functions", options.log_level, lambda stop: serve(stop, app, options.port, state, settings))


if __name__ == "__main__":
    main()
