"""Microsoft's Bicep compiler as one process that compiles, formats and evaluates on request (`bicep jsonrpc`).

The environment's BICEP names the program, else it is `bicep` on the PATH. Tests that ask for it are skipped where it is
absent, or where BICEP is `none`; they fail instead if REQUIRE_BICEP is set.
"""

import atexit
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
TENANT = "11111111-1111-1111-1111-111111111111"
ABSENT = "Bicep is absent: set BICEP to the program, or put `bicep` on the PATH (https://aka.ms/bicep-install)"


class BicepError(Exception):
    """The compiler refuses a file or a parameter; the message is its own."""


def program() -> str:
    """Path of the compiler. Skips the test where it is absent, or fails it if REQUIRE_BICEP is set."""
    path = os.environ.get("BICEP") or shutil.which("bicep")
    if path and path != "none":
        return path
    if os.environ.get("REQUIRE_BICEP"):
        pytest.fail(ABSENT)
    pytest.skip(ABSENT)


@cache
def compiler() -> "Compiler":
    """The compiler of this test process."""
    return Compiler(program())


class Compiler:
    """A running `bicep jsonrpc`. Its messages are JSON behind a header with their length."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._process = self._started()
        self._asked = 0

    def _started(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [self._path, "jsonrpc", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        atexit.register(process.kill)
        return process

    def version(self) -> str:
        """As 0.49.2."""
        return self._ask("version", {})["version"]

    def findings(self, path: Path) -> list[str]:
        """Errors, warnings and the linter's findings of a file and its modules, as `file(line): code: message`."""
        return _findings(self._ask("compile", {"path": str(path)}))

    def template(self, path: Path) -> dict[str, Any]:
        """The ARM template that a file compiles to. Raises BicepError if it does not."""
        answer = self._ask("compile", {"path": str(path)})
        if not answer["success"]:
            raise BicepError("\n".join(_findings(answer)))
        return json.loads(answer["contents"])

    def formatted(self, path: Path) -> str:
        """A file as `bicep format` writes it."""
        return self._ask("format", {"path": str(path)})["contents"]

    def snapshot(self, parameters: Path, location: str) -> dict[str, Any]:
        """A parameter file's deployment, evaluated without Azure: `predictedResources`, `diagnostics`, `outputs`.

        Values that only Azure knows stay expressions in brackets. Raises BicepError for what Bicep refuses: a parameter
        out of its bounds, a call of `fail`.
        """
        metadata = {"subscriptionId": SUBSCRIPTION, "tenantId": TENANT, "location": location}
        try:
            answer = self._ask("getSnapshot", {"path": str(parameters), "metadata": metadata, "externalInputs": []})
        except BicepError as problem:
            refused = self._ask("compileParams", {"path": str(parameters), "parameterOverrides": {}})
            raise BicepError("\n".join([*_findings(refused), str(problem)])) from None
        return json.loads(answer["snapshot"])

    def _ask(self, method: str, parameters: Mapping[str, Any]) -> Any:
        try:
            answer = self._answer(method, parameters)
        except BaseException:
            # A test whose time is up leaves its answer unread, which the next one would take for its own.
            self._process.kill()
            self._process = self._started()
            raise
        if "error" in answer:
            raise BicepError(answer["error"]["message"] + " " + str(answer["error"].get("data", {}).get("message", "")))
        return answer["result"]

    def _answer(self, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self._asked += 1
        request = {"jsonrpc": "2.0", "id": self._asked, "method": f"bicep/{method}", "params": parameters}
        body = json.dumps(request).encode()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(self._process.stdout.read(length))


def _findings(answer: Mapping[str, Any]) -> list[str]:
    return [
        f"{Path(each['source']).name}({each['range']['start']['line'] + 1}): {each['code']}: {each['message']}"
        for each in answer["diagnostics"]
    ]
