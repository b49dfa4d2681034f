"""A process that asks one question: `python -m questions.process`.

It reads an `AskOrder`, answers with an `AskReply`, and ends. The operating system holds its time and its memory,
because a function of DuckDB may leave both unwatched: `repeat('x', 1000000000)` takes 2 GB under a limit of 256 MB.
"""

import os
import signal
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from questions.bounds import ArchiveAwayError, QuestionError, TooMuchError
from questions.messages import AskOrder, AskReply

_MEGABYTE = 1024 * 1024


def main(order: AskOrder) -> bytes:
    """The answer to an order, encoded."""
    _end_by_itself(order)
    # Judging goes first.
    with suppress(OSError, AttributeError):
        os.nice(10)
    return msgspec.json.encode(_answered(order))


def _end_by_itself(order: AskOrder) -> None:
    """Let the operating system end the process in time, even if whoever started it is gone, and bound its memory."""
    if os.name != "posix":
        return
    import resource  # noqa: PLC0415 - Windows has none

    signal.setitimer(signal.ITIMER_REAL, order.seconds)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (order.process_megabytes * _MEGABYTE, most))


def _answered(order: AskOrder) -> AskReply:
    from questions.asking import ask  # noqa: PLC0415 - after the limits

    try:
        with tempfile.TemporaryDirectory(prefix="sql-") as folder:
            answer = ask(order.text, partial(_fetched, order, Path(folder)), order.bounds)
        rows, is_cut = _within(answer.rows, order.answer_megabytes * _MEGABYTE)
        return AskReply(columns=answer.columns, rows=rows, is_cut=is_cut or answer.is_cut)
    except ArchiveAwayError as error:
        return AskReply(problem=str(error), kind="away")
    except TooMuchError as error:
        return AskReply(problem=str(error), kind="too much")
    except QuestionError as error:
        return AskReply(problem=str(error), kind="wrong")
    except MemoryError:
        return AskReply(problem="it takes more memory than a question may have", kind="too much")


def _fetched(order: AskOrder, folder: Path, view: str) -> Path:
    from questions.archives import Fetch  # noqa: PLC0415 - a wrong question shall not wait for the SDKs

    return Fetch(order.connections, folder, order.bounds, order.now).view(view)


def _within(rows: list[tuple[Any, ...]], most: int) -> tuple[list[list[Any]], bool]:
    """The rows as JSON has them, as many as fit; and true if there are more."""
    kept: list[list[Any]] = []
    size = 0
    for row in rows:
        line = msgspec.json.encode([_cell(value) for value in row], enc_hook=str)
        if (size := size + len(line)) > most:
            return kept, True
        kept.append(msgspec.json.decode(line))
    return kept, False


def _cell(value: Any) -> Any:
    """A value of DuckDB as JSON can hold it: a number that readers of JSON would round is text."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    if isinstance(value, dict):
        return {str(key): _cell(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value


if __name__ == "__main__":
    answers = os.dup(1)
    # Whatever prints goes to the log and not into the answer.
    os.dup2(2, 1)
    content = main(msgspec.json.decode(sys.stdin.buffer.read(), type=AskOrder))
    with os.fdopen(answers, "wb") as out:
        out.write(content)
