"""Local parts as real subprocesses on free ports, with their state in a folder.

    from local_azure.testing import connections, running

    def test_a_document_survives_a_crash(tmp_path):
        with running("cosmos", "--port", "0", state=tmp_path / "cosmos") as cosmos:
            client = CosmosClient(cosmos.addresses[0], connections.COSMOS_KEY)
            ...

The name is that of the module: `amqp`, `azurite`, `cosmos`, `functions_host`, `stream_analytics`. `Part` is the same
without the context, for a test that kills it and starts it again.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


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
        try:
            # A host lists its functions before it says that it is ready.
            for line in self._process.stdout:
                if line.startswith("ready "):
                    self.addresses = line.split()[2:]
                    return
        except BaseException:  # The time of the test is up: without this, the part would run on.
            self.kill()
            raise
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
        code = self._process.wait(timeout=60)
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
