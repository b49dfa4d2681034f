"""Which ports the parts get: the usual ones where they are free."""

import socket

from local_azure.process import LOOPBACK

USUAL = {
    "functions": 7071,
    "event-hubs": 5672,
    "service-bus": 5673,
    "cosmos": 8081,
    "blob": 10000,
}
"""What Core Tools, the emulators and Azurite listen on."""


def choose() -> dict[str, int]:
    """A port for each service: the usual one, or a free one where that is taken. All differ."""
    held: list[socket.socket] = []
    try:
        chosen: dict[str, int] = {}
        for service, usual in USUAL.items():
            probe = _bind(usual) or _bind(0)
            assert probe is not None  # noqa: S101 - the operating system has a free port
            held.append(probe)
            chosen[service] = probe.getsockname()[1]
        return chosen
    finally:
        for probe in held:
            probe.close()


def _bind(port: int) -> socket.socket | None:
    probe = socket.socket()
    # As servers do: a port whose last connections are still closing counts as free.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
        # Binding alone succeeds beside a listener that asked to share the port.
        probe.listen()
    except OSError:
        probe.close()
        return None
    return probe
