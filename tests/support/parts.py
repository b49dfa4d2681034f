"""Azure on this machine for a test: local parts as real subprocesses on free ports, with their state in a folder.

`CONTRACT_<connection>` in the environment (for example `CONTRACT_Cosmos`, a connection string) takes a part's place by
Microsoft's emulator or by Azure itself.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local_azure import connections
from local_azure.clock import SETTING, Clock

EMULATORS = Path(__file__).parents[2] / "infra" / "emulators"


class Part:
    """A running `python -m local_azure.NAME`. `addresses` is what its ready line says after the name."""

    def __init__(self, name: str, *options: str, state: Path, settings: dict[str, str] | None = None) -> None:
        self._log = state.with_suffix(".log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"local_azure.{name}", "--state", str(state), *options],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ | (settings or {}),
        )
        assert self._process.stdout is not None
        # A host lists its functions before it says that it is ready.
        for line in self._process.stdout:
            if line.startswith("ready "):
                self.addresses = line.split()[2:]
                return
        self.stop()
        raise AssertionError(f"{name} did not start: {state.with_suffix('.log').read_text()[-2000:]}")

    def address(self, name: str) -> str:
        """The address after `NAME=` in the ready line."""
        return dict(address.split("=", 1) for address in self.addresses)[name]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """With what it ended, None while it runs."""
        return self._process.poll()

    def stop(self) -> int:
        """End it in order; the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        self._process.send_signal(number)
        code = self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()
        return code


@contextmanager
def running(
    name: str, *options: str, state: Path, settings: dict[str, str] | None = None
) -> Generator[Part, None, None]:
    """A part that is stopped in order at the end."""
    part = Part(name, *options, state=state, settings=settings)
    try:
        yield part
    finally:
        part.stop()


@contextmanager
def azure(folder: Path, clock: Clock | None = None) -> Generator[dict[str, str], None, None]:
    """Blob, Cosmos, Event Hubs and Service Bus with the app's entities; the settings that lead the app there."""
    clocked = {SETTING: clock.setting()} if clock else {}
    with ExitStack() as parts:
        blobs = _elsewhere("Warehouse") or _blobs(parts, folder)
        hubs, queues = _elsewhere("EventHubs"), _elsewhere("ServiceBus")
        if not (hubs and queues):
            local_hubs, local_queues = _amqp(parts, folder, clocked)
            hubs, queues = hubs or local_hubs, queues or local_queues
        yield {
            "AzureWebJobsStorage": blobs,
            "Warehouse": blobs,
            "Cosmos": _elsewhere("Cosmos") or _cosmos(parts, folder, clocked),
            "EventHubs": hubs,
            "ServiceBus": queues,
            "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
            **clocked,
        }


def _elsewhere(connection: str) -> str | None:
    return os.environ.get(f"CONTRACT_{connection}")


def _blobs(parts: ExitStack, folder: Path) -> str:
    bootstrap = ("--bootstrap", str(EMULATORS / "storage.json"))
    azurite = parts.enter_context(running("azurite", "--port", "0", *bootstrap, state=folder / "azurite"))
    return connections.blobs(azurite.address("blob"))


def _cosmos(parts: ExitStack, folder: Path, clock: dict[str, str]) -> str:
    bootstrap = ("--bootstrap", str(EMULATORS / "cosmos.json"))
    cosmos = parts.enter_context(running("cosmos", "--port", "0", *bootstrap, state=folder / "cosmos", settings=clock))
    return connections.cosmos(cosmos.addresses[0].removeprefix("http://").removesuffix("/"))


def _amqp(parts: ExitStack, folder: Path, clock: dict[str, str]) -> tuple[str, str]:
    options: list[str] = []
    for service in ("event-hubs", "service-bus"):
        options += [f"--{service}-config", str(EMULATORS / f"{service}.json"), f"--{service}-port", "0"]
    amqp = parts.enter_context(running("amqp", *options, state=folder / "amqp", settings=clock))
    return connections.namespace(amqp.address("event-hubs")), connections.namespace(amqp.address("service-bus"))
