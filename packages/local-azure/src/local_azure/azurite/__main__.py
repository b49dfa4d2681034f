"""Runs Azurite's blob service as a local part: `python -m local_azure.azurite --state DIR --port 10000`.

Azurite itself loses what it acknowledged in the 5 s before a kill; `journal.cjs` makes up for that. On SIGTERM it saves
its tables whole, and is given time to; what has not ended then is killed, for nothing may write behind the part's end.
"""

import asyncio
import contextlib
import logging
import socket
import sys
from pathlib import Path

from local_azure.azurite.install import default_folder, install
from local_azure.azurite.node import node
from local_azure.core.lock import hold
from local_azure.core.process import LOOPBACK, CannotStartError, announce_ready, arguments, run

_PRELOADED = [
    Path(__file__).with_name(f"{name}.cjs")
    for name in (
        "without_telemetry",
        "end_with_parent",
        "end_in_time",
        "few_removals",
        "journal",
        "operations",
        "figures",
    )
]
_TAKEN = "the state folder is used by another Azurite (of process {process})"
_SAVE_SECONDS = 15.0
_REFUSED = 1
"""The exit code of an Azurite that cannot start."""
_FREE_PORTS = 3

_log = logging.getLogger(__name__)


class PortTakenError(CannotStartError):
    """Azurite did not get its port."""


async def serve(stop: asyncio.Event, state: Path, port: int, tools: Path, bootstrap: Path | None) -> None:
    """Run Azurite until `stop` is set, or it ends by itself: exit code 1. `bootstrap` names the containers.

    Port 0 takes a free one. Another process may have it before Azurite listens: then the next one is tried.
    """
    for left in reversed(range(_FREE_PORTS)):
        try:
            await _serve(stop, state, port or _free_port(), tools, bootstrap)
        except PortTakenError:
            if port or not left:
                raise
        else:
            return


async def _serve(stop: asyncio.Event, state: Path, port: int, tools: Path, bootstrap: Path | None) -> None:
    script = tools / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    if not script.exists():
        await asyncio.to_thread(install, tools)
    await asyncio.to_thread(state.mkdir, parents=True, exist_ok=True)
    options = ["--blobHost", LOOPBACK, "--blobPort", str(port), "--location", str(state)]
    # Telemetry is on unless told otherwise, and the SDK's API version is newer than those Azurite lists.
    options += ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    # Azurite inherits the lock, so it lasts until Azurite too has ended: two on the same files would ruin them.
    with await asyncio.to_thread(hold, state / "azurite.lock", _TAKEN, _SAVE_SECONDS) as lock:
        azurite = await asyncio.create_subprocess_exec(
            *(node(), *(word for preloaded in _PRELOADED for word in ("--require", preloaded)), script, *options),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=[lock.fileno()],
        )
    listens = asyncio.Event()
    ended = asyncio.create_task(_log_until_end(azurite, listens))
    stopped = asyncio.create_task(stop.wait())
    started = asyncio.create_task(_start(listens, port, bootstrap))
    try:
        await asyncio.wait({started, ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if started.done():
            await started
            announce_ready("azurite", f"blob={LOOPBACK}:{port}")
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ready = started.done()
        started.cancel()
        stopped.cancel()
        await _end(azurite, ended)
    if stop.is_set():
        return
    if not ready and azurite.returncode == _REFUSED:
        raise PortTakenError(f"Azurite cannot start; is port {port} taken? What it said is in the log above")
    # Nothing that a person must mend first: the stack starts it again.
    _log.error("Azurite ended by itself with exit code %s", azurite.returncode)
    sys.exit(1)


async def _end(azurite: asyncio.subprocess.Process, ended: asyncio.Task[None]) -> None:
    with contextlib.suppress(ProcessLookupError):
        azurite.terminate()
    if not (await asyncio.wait({ended}, timeout=_SAVE_SECONDS))[0]:
        _log.warning(
            "Azurite did not end within %g s and is killed: its journal has what it acknowledged", _SAVE_SECONDS
        )
        with contextlib.suppress(ProcessLookupError):
            azurite.kill()
    await ended


async def _log_until_end(azurite: asyncio.subprocess.Process, listens: asyncio.Event) -> None:
    assert azurite.stdout is not None  # noqa: S101 - asked for above
    async for line in azurite.stdout:
        _log.info("%s", line.decode(errors="replace").rstrip())
        # To connect would not tell: what answers may be another process on the same port.
        if b"successfully listens on" in line:
            listens.set()
    await azurite.wait()


async def _start(listens: asyncio.Event, port: int, bootstrap: Path | None) -> None:
    await listens.wait()
    if bootstrap:
        await _create_containers(port, bootstrap)


async def _create_containers(port: int, bootstrap: Path) -> None:
    program = [sys.executable, "-m", "local_azure.azurite.containers", str(port), str(bootstrap)]
    creation = await asyncio.create_subprocess_exec(*program, stdout=sys.stderr)
    try:
        if await creation.wait() != 0:
            raise CannotStartError(f"the containers of {bootstrap} could not be created; the log above says why")
    except asyncio.CancelledError:
        creation.kill()
        raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def main() -> None:
    """The command line."""
    parser = arguments("local_azure.azurite", __doc__ or "")
    parser.add_argument("--port", type=int, default=10000, help="port of the blob service; 0 takes a free one")
    parser.add_argument("--bootstrap", type=Path, metavar="FILE", help="containers to create, by connection setting")
    parser.add_argument(
        "--tools",
        type=Path,
        default=default_folder(),
        metavar="DIR",
        help="folder of Azurite, installed there on first use; default: %(default)s",
    )
    options = parser.parse_args()
    run(
        "azurite",
        options.log_level,
        lambda stop: serve(stop, options.state, options.port, options.tools.resolve(), options.bootstrap),
    )


if __name__ == "__main__":
    main()
