"""The parts that a suite talks to, on ports that stay the same through kills, and an address that kills them.

    python packages/local-azure/compatibility/parts.py node --test packages/local-azure/compatibility/javascript

runs a command with the settings `EVENT_HUBS`, `SERVICE_BUS`, `COSMOS_ENDPOINT`, `COSMOS_KEY` and `BLOB` in its
environment. A POST to `CONTROL/kill/amqp` (or `cosmos`, `azurite`) ends a part as a crash would, and answers once it is
there again.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local_azure.core import connections
from local_azure.testing import Part, free_port

HERE = Path(__file__).parent


class Parts:
    """Event Hubs and Service Bus, Cosmos DB, and Blob."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in ("event-hubs", "service-bus", "cosmos", "azurite")}
        self._parts = {name: self._start(name) for name in ("amqp", "cosmos", "azurite")}

    def _start(self, name: str) -> Part:
        options: list[str] = [] if name == "amqp" else ["--port", str(self._ports[name])]
        if name == "amqp":
            for service in ("event-hubs", "service-bus"):
                options += [f"--{service}-config", str(HERE / "entities" / f"{service}.json")]
                options += [f"--{service}-port", str(self._ports[service])]
        return Part(name, *options, state=self._folder / name)

    def kill(self, name: str) -> None:
        """End a part as a crash would, and start it again."""
        self._parts[name].kill()
        self._parts[name] = self._start(name)

    def stop(self) -> None:
        """End all of them in order."""
        for part in self._parts.values():
            part.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a suite."""
        address = {name: f"127.0.0.1:{port}" for name, port in self._ports.items()}
        return {
            "EVENT_HUBS": connections.namespace(address["event-hubs"]),
            "SERVICE_BUS": connections.namespace(address["service-bus"]),
            "COSMOS_ENDPOINT": f"http://{address['cosmos']}/",
            "COSMOS_KEY": connections.COSMOS_KEY,
            "BLOB": connections.blobs(address["azurite"]),
        }


@contextmanager
def parts() -> Generator[dict[str, str]]:
    """The settings of parts that run, and the address that kills them."""
    with tempfile.TemporaryDirectory() as folder:
        running = Parts(Path(folder))

        class Control(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                running.kill(self.path.removeprefix("/kill/"))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Control) as control:
            threading.Thread(target=control.serve_forever, daemon=True).start()
            try:
                yield running.environment | {"CONTROL": f"http://127.0.0.1:{control.server_port}"}
            finally:
                control.shutdown()
                running.stop()


def main(command: list[str]) -> int:
    """Run a command beside the parts; its exit code."""
    with parts() as settings:
        return subprocess.run(command, env=os.environ | settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
