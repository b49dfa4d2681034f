"""A part that cannot start says why in a line, and ends with 2."""

import asyncio
import logging

import pytest

from local_azure.core.process import LOOPBACK, CannotStartError, run


@pytest.fixture(autouse=True)
def logs_of_others_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(**_: object) -> None: ...

    monkeypatch.setattr(logging, "basicConfig", nothing)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_there_is_not(port: int, capsys: pytest.CaptureFixture[str]):
    async def serve(_: asyncio.Event) -> None:
        await asyncio.start_server(lambda _reader, _writer: None, LOOPBACK, port)

    with pytest.raises(SystemExit) as end:
        run("broker", "INFO", serve)
    assert end.value.code == 2
    assert capsys.readouterr().err.splitlines() == ["broker cannot go on: bind(): port must be 0-65535."]


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]):
    async def serve(_: asyncio.Event) -> None:
        async with await asyncio.start_server(lambda _reader, _writer: None, LOOPBACK, 0) as first:
            await asyncio.start_server(lambda _reader, _writer: None, LOOPBACK, first.sockets[0].getsockname()[1])

    with pytest.raises(SystemExit) as end:
        run("broker", "INFO", serve)
    assert end.value.code == 2
    assert "broker cannot go on: the port is taken; choose another with its --...port option" in capsys.readouterr().err


def test_a_reason_that_a_person_can_mend(capsys: pytest.CaptureFixture[str]):
    async def serve(_: asyncio.Event) -> None:
        raise CannotStartError("run `make setup`")

    with pytest.raises(SystemExit) as end:
        run("broker", "INFO", serve)
    assert end.value.code == 2
    assert capsys.readouterr().err.splitlines() == ["broker cannot go on: run `make setup`"]
