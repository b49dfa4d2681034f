"""The ports that the parts get: the usual ones where they are free."""

import os
import socket
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local_azure.core import lock
from local_azure.core.process import LOOPBACK, CannotStartError


@contextmanager
def reserved(usual: Mapping[str, int], last: Mapping[str, int] | None = None) -> Generator[dict[str, int]]:
    """A port for each service for as long as the block lasts: that of the `last` run, else the usual one, or a free one
    where those are taken.

    No other stack of this user gets them, not even while a part that died is away: it would find its port taken, and
    its clients would talk to the other stack's.
    """
    with ExitStack() as held:
        kept = last or {}
        yield {service: _reserve((kept.get(service, 0), port), held) for service, port in usual.items()}


def moved_functions(usual: Mapping[str, int], chosen: Mapping[str, int], reset: str) -> str:
    """The sentence about functions that do not answer at their usual port, to which examples lead; empty if they do.

    `reset` is the command that forgets the ports of the last run.
    """
    wanted = usual.get("functions")
    if not wanted or chosen["functions"] == wanted:
        return ""
    address = f"http://localhost:{chosen['functions']}"
    return f"{wanted} was taken: this stack is at {address}, until `{reset}`."


def _reserve(wanted: Iterable[int], held: ExitStack) -> int:
    for port in wanted:
        if port and _is_free(port) and _is_ours(port, held):
            return port
    while not (_is_free(port := _any_free()) and _is_ours(port, held)):
        pass
    return port


def _is_ours(port: int, held: ExitStack) -> bool:
    """True if this stack holds the port's lock now."""
    folder = Path(tempfile.gettempdir()) / f"local-azure-ports-{os.getuid()}"
    try:
        held.enter_context(lock.hold(folder / str(port), "port taken by process {process}"))
    except CannotStartError:
        return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            # Binding alone succeeds beside a listener that asked to share the port.
            probe.listen()
        except OSError:
            return False
        return True
