"""Ask the archives in SQL, one question at a time, in a process beside this one that ends with its question.

DuckDB is not loaded here, and what it takes is bounded from outside: a process that is killed costs the app nothing
(docs/decisions/sql-is-asked-where-it-is-typed.md).
"""

import asyncio
import importlib.util
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from datetime import datetime, timedelta

import msgspec

from fraud.desk.problems import ProblemError
from questions.bounds import Bounds
from questions.messages import AskOrder, AskReply, ConnectionSettings
from services import names
from services.connections import ACCOUNT, BLOB_SERVICE, Connection
from services.settings import SQL_PAGE, Settings, settings


class SqlLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a question that the app asks. `seconds` and `process_megabytes` are those of the whole process."""

    files: int = 1_000
    megabytes: int = 64
    unpacked_megabytes: int = 192
    memory_megabytes: int = 384
    query_seconds: float = 20
    seconds: float = 60
    process_megabytes: int = 1_024
    answer_megabytes: int = 8


LIMITS = SqlLimits()
_log = logging.getLogger(__name__)
_GRACE = 2.0
"""Seconds in which the process ends by itself before it is killed."""
_asking = asyncio.Lock()


def why_not_asked() -> str:
    """The reason why this app asks no question in SQL; empty if it does."""
    if not settings().sql_page:
        return f"the setting {SQL_PAGE} is not true, as on Azure unless it is set"
    if importlib.util.find_spec("duckdb") is None:
        return "DuckDB is not installed beside the app, as on Azure"
    return ""


async def ask_archives(text: str, last: timedelta, rows: int, now: datetime, limits: SqlLimits = LIMITS) -> AskReply:
    """The answer to a question over the span before now, by Azure's time.

    Raises ProblemError: 429 while another question is asked, 503 where none is.
    """
    if reason := why_not_asked():
        raise ProblemError(503, "Not asked here", f"{reason}: ask with `detective sql`.")
    if _asking.locked():
        raise ProblemError(
            429, "Another question is being asked", f"It ends within {limits.seconds:g} s; then ask again."
        )
    async with _asking:
        return await _reply(_order(text, last, rows, now, limits), limits)


def _order(text: str, last: timedelta, rows: int, now: datetime, limits: SqlLimits) -> AskOrder:
    return AskOrder(
        text=text,
        bounds=Bounds(
            last=last,
            files=limits.files,
            megabytes=limits.megabytes,
            unpacked_megabytes=limits.unpacked_megabytes,
            memory_megabytes=limits.memory_megabytes,
            seconds=limits.query_seconds,
            rows=rows,
        ),
        now=now,
        connections=_connections(settings()),
        seconds=limits.seconds,
        process_megabytes=limits.process_megabytes,
        answer_megabytes=limits.answer_megabytes,
    )


def _connections(its_settings: Settings) -> ConnectionSettings:
    return {
        **_settings_of(its_settings.warehouse, names.WAREHOUSE, BLOB_SERVICE),
        **_settings_of(its_settings.cosmos, names.COSMOS, ACCOUNT),
    }


def _settings_of(connection: Connection, name: str, address: str) -> ConnectionSettings:
    values = {
        name: connection.connection_string,
        f"{name}__{address}": connection.address,
        f"{name}__clientId": connection.client_id,
    }
    return {setting: text for setting, text in values.items() if text}


async def _reply(order: AskOrder, limits: SqlLimits) -> AskReply:
    # The Functions worker extends its path while it starts, so the path is handed on.
    path = os.pathsep.join(folder for folder in sys.path if folder)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "questions.process", stdin=PIPE, stdout=PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    try:
        async with asyncio.timeout(limits.seconds + _GRACE):
            content, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError:
        content = b""
    finally:
        await _ended(process)
    try:
        return msgspec.json.decode(content, type=AskReply)
    except msgspec.DecodeError:
        return AskReply(problem=_why_ended(process.returncode, limits), kind="too much")


def _why_ended(code: int | None, limits: SqlLimits) -> str:
    """Say why a process ended without an answer."""
    if code in (-signal.SIGALRM, -signal.SIGKILL):
        return f"no answer within {limits.seconds:g} s: it was ended"
    _log.warning("the process of a question in SQL ended with %s", code)
    return f"it was ended, most likely for want of memory: it may take {limits.process_megabytes:,} MB"


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
