"""A worker process of the host: `python -m local_azure.functions_host.workers --app DIR --socket NUMBER`.

The host starts it. It loads the app as the host does, runs what it is told to over the socket that it was given, and
ends when that ends: whatever becomes of the host, none is left behind.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path

import msgspec

from local_azure.core.process import run
from local_azure.durable.worker import FunctionFailedError
from local_azure.functions_host.durable_worker import DurableWorker
from local_azure.functions_host.host_json import load_host_json
from local_azure.functions_host.loaded_app import load_app
from local_azure.functions_host.workers.messages import READY, Answer, Call, receive, send


async def serve(app: Path, number: int) -> None:
    """Run what the host asks for, until its side of the socket is closed."""
    # The host ends in order and then closes the socket; a terminal tells both of its Ctrl+C.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    functions, invoker = await load_app(app, load_host_json(app))
    worker = DurableWorker(functions, invoker)
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=number))
    send(writer, READY)
    running = set[asyncio.Task[None]]()
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            task = asyncio.create_task(_answer(worker, writer, await receive(reader)))
            running.add(task)
            task.add_done_callback(running.discard)
    os._exit(0)  # what still runs belongs to nobody any more


async def _answer(worker: DurableWorker, writer: asyncio.StreamWriter, frame: bytes) -> None:
    call = msgspec.msgpack.decode(frame, type=Call)
    try:
        answer = Answer(call.number, await worker.run(call.kind, call.name, call.instance_id, call.payload))
    except FunctionFailedError as error:
        answer = Answer(call.number, error=str(error), details=error.details)
    except Exception as error:  # noqa: BLE001 - the engine takes it for a failure of the function, wherever it ran
        answer = Answer(call.number, error=f"{type(error).__name__}: {error}")
    with contextlib.suppress(ConnectionError):
        send(writer, answer)
        await writer.drain()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m local_azure.functions_host.workers", description=__doc__)
    parser.add_argument("--app", type=Path, required=True)
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--log-level", required=True)
    options = parser.parse_args()
    run("functions", options.log_level, lambda _: serve(options.app, options.socket))


if __name__ == "__main__":
    main()
