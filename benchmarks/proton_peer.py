"""A client of qpid-proton, and a broker on it that keeps messages in memory, each in a process of its own.

It is installed apart (requirements/proton.in):
python -m benchmarks.proton_peer serve             a broker with one queue; prints its address
python -m benchmarks.proton_peer ADDRESS PATH      sends and receives EVENTS messages; prints both rates
"""

# Proton lies outside the environment that types are checked in.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUntypedBaseClass=false

import json
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

NAME = "qpid-proton 0.40.0, in memory"
PROTON = Path(__file__).parents[1] / ".local" / "tools" / "proton"
PATH = "store-events/Partitions/3"
READ = "store-events/ConsumerGroups/$Default/Partitions/3"
EVENTS = 20_000
BODY = b"x" * 430
CREDIT = 1_000


class Rates(NamedTuple):
    """Events a second."""

    sent: float
    received: float


def is_there() -> bool:
    """True if `make bench` could install it."""
    return (PROTON / "proton").exists()


def measure(address: str, path: str) -> Rates:
    """Send to a path of a broker, one message at a time as credit comes, then receive all of it."""
    command = [sys.executable, "-m", "benchmarks.proton_peer", address, path]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return Rates(*json.loads(done.stdout))


@contextmanager
def broker() -> Generator[str]:
    """The address of a broker on qpid-proton."""
    command = [sys.executable, "-m", "benchmarks.proton_peer", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def _main(first: str, path: str) -> None:
    sys.path.append(str(PROTON))
    from proton import Message  # noqa: PLC0415 - it is not in this environment
    from proton.handlers import MessagingHandler  # noqa: PLC0415
    from proton.reactor import Container  # noqa: PLC0415

    class Broker(MessagingHandler):
        """One queue, whatever the links call it."""

        def __init__(self) -> None:
            super().__init__(prefetch=CREDIT)
            self.queue: deque[Any] = deque()

        def on_start(self, event) -> None:
            with socket.create_server(("127.0.0.1", 0)) as free:
                address = f"127.0.0.1:{free.getsockname()[1]}"
            event.container.listen(f"amqp://{address}")
            print(address, flush=True)

        def on_link_opening(self, event) -> None:
            event.link.source.address = event.link.remote_source.address
            event.link.target.address = event.link.remote_target.address

        def on_sendable(self, event) -> None:
            while event.link.credit and self.queue:
                event.link.send(self.queue.popleft())

        def on_message(self, event) -> None:
            self.queue.append(event.message)

    class Sender(MessagingHandler):
        """Sends as credit comes; the clock runs to the last acceptance."""

        def __init__(self) -> None:
            super().__init__()
            self.sent = self.accepted = 0
            self.began = self.ended = 0.0

        def on_start(self, event) -> None:
            connection = event.container.connect(f"amqp://{first}", allowed_mechs="ANONYMOUS", reconnect=False)
            event.container.create_sender(connection, path)

        def on_sendable(self, event) -> None:
            self.began = self.began or time.perf_counter()
            while event.sender.credit and self.sent < EVENTS:
                event.sender.send(Message(body=BODY))
                self.sent += 1

        def on_accepted(self, event) -> None:
            self.accepted += 1
            if self.accepted == EVENTS:
                self.ended = time.perf_counter()
                event.connection.close()

    class Receiver(MessagingHandler):
        """Receives with much credit; the clock runs from the first message."""

        def __init__(self) -> None:
            super().__init__(prefetch=CREDIT)
            self.seen = 0
            self.began = self.ended = 0.0

        def on_start(self, event) -> None:
            connection = event.container.connect(f"amqp://{first}", allowed_mechs="ANONYMOUS", reconnect=False)
            event.container.create_receiver(connection, READ if path == PATH else path)

        def on_message(self, event) -> None:
            self.began = self.began or time.perf_counter()
            self.seen += 1
            if self.seen == EVENTS:
                self.ended = time.perf_counter()
                event.connection.close()

    if first == "serve":
        Container(Broker()).run()
    rates: list[float] = []
    for client in (Sender(), Receiver()):
        Container(client).run()
        rates.append(EVENTS / (client.ended - client.began))
    print(json.dumps(rates))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
