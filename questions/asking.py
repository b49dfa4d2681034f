"""Ask DuckDB: views over what was fetched, read-only, with a limit on time and rows."""

import contextlib
import re
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from questions.bounds import Bounds, TooMuchError, WrongQuestionError

_VERDICT = {
    "event_id": "VARCHAR", "store_id": "JSON", "window_start": "TIMESTAMP", "window_end": "TIMESTAMP",
    "score": "BIGINT", "band": "VARCHAR", "reasons": "JSON", "rule_set": "VARCHAR", "run_id": "VARCHAR",
    "event": "JSON", "cut": "JSON", "source": "VARCHAR", "case_id": "VARCHAR",
}  # fmt: skip
_COLUMNS: dict[str, dict[str, str]] = {
    "events": {
        "event_id": "VARCHAR", "event_type": "VARCHAR", "store_id": "JSON", "cust_id": "JSON", "sku": "JSON",
        "price": "JSON", "qty": "JSON", "discount": "JSON", "priority_shipping": "JSON", "ts": "VARCHAR",
        "partition": "VARCHAR", "sequence_number": "BIGINT", "enqueued": "TIMESTAMP", "body": "JSON",
        "blob": "VARCHAR",
    },
    "suspicious": {
        "event_id": "VARCHAR", "store_id": "JSON", "WindowStart": "TIMESTAMP", "WindowEnd": "TIMESTAMP",
    },
    "verdicts": _VERDICT,
    "shadow_verdicts": _VERDICT,
    "quarantine": {
        "reason": "VARCHAR", "raw_base64": "VARCHAR", "partition": "VARCHAR", "offset": "VARCHAR",
        "sequence_number": "BIGINT", "enqueued_time": "TIMESTAMP", "message_id": "VARCHAR", "path": "VARCHAR",
    },
    "cases": {
        "id": "VARCHAR", "store_id": "JSON", "type": "VARCHAR", "window_start": "TIMESTAMP",
        "window_end": "TIMESTAMP", "suspicious": "BIGINT", "bands": "JSON", "max_score": "BIGINT", "top": "JSON",
        "verdicts_blob": "VARCHAR", "rule_set": "VARCHAR", "revision": "BIGINT", "stakes": "JSON", "review": "JSON",
    },
    "reports": {"run": "VARCHAR", "verdict": "VARCHAR", "sentence": "VARCHAR", "range": "JSON", "accounts": "JSON"},
}  # fmt: skip
"""The columns of each view. What producers choose freely is JSON, so that no odd value makes a row unreadable."""
_NAMES = {"suspicious": {"WindowStart": "window_start", "WindowEnd": "window_end"}}
_ABSENT = re.compile(r"^Catalog Error: Table with name (?P<name>.{1,60}?) does not exist!")


class SqlAnswer(msgspec.Struct, frozen=True):
    """The names of the columns, the rows, and whether there are more."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    is_cut: bool


def named_views(text: str) -> list[str]:
    """The views that a question names: only those are fetched."""
    return [name for name in _COLUMNS if re.search(rf"\b{name}\b", text, re.IGNORECASE)]


def ask(text: str, fetch: Callable[[str], Path], bounds: Bounds) -> SqlAnswer:
    """The answer to one SELECT. Raises WrongQuestionError for a wrong one, TooMuchError if it passes a bound."""
    with contextlib.closing(duckdb.connect()) as connection:
        try:
            _only_a_select(text)
            _keep_within(connection, bounds)
            for name in named_views(text):
                _load(connection, name, fetch(name))
            # From here on no file and no address can be opened, nor these settings be taken back.
            for setting in ("enable_external_access = false", "lock_configuration = true"):
                connection.execute(f"SET {setting}")
            with _interrupted_after(connection, bounds.seconds):
                cursor = connection.execute(text)
                rows = cursor.fetchmany(bounds.rows + 1)
        except duckdb.InterruptException as error:
            raise TooMuchError(f"no answer within {bounds.seconds:g} s", "seconds") from error
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise TooMuchError("it takes more memory than a question may have") from error
        except duckdb.Error as error:
            raise WrongQuestionError(_words(error)) from error
        columns = [column[0] for column in cursor.description or []]
        return SqlAnswer(columns, rows[: bounds.rows], len(rows) > bounds.rows)


def _only_a_select(text: str) -> None:
    statements = duckdb.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise WrongQuestionError("ask with one SELECT: nothing can be changed from here")


def _keep_within(connection: duckdb.DuckDBPyConnection, bounds: Bounds) -> None:
    if bounds.memory_megabytes:
        # Without a folder of its own DuckDB fails where it would begin to fill a disk.
        for setting in (f"memory_limit = '{bounds.memory_megabytes}MB'", "threads = 1", "temp_directory = ''"):
            connection.execute(f"SET {setting}")


def _load(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    columns = _COLUMNS[name]
    types = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    renamed = _NAMES.get(name, {})
    fields = ", ".join(f'"{column}" AS "{renamed.get(column, column)}"' for column in columns)
    connection.execute(
        f"CREATE TABLE {name} AS SELECT {fields} FROM read_json(?, format = 'newline_delimited', "
        f"columns = {{{types}}}, maximum_object_size = 67108864, ignore_errors = true)",
        [str(path)],
    )


@contextlib.contextmanager
def _interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Generator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _words(error: duckdb.Error) -> str:
    """DuckDB's own words; of a view that there is not the views that there are, for it offers tables of its own."""
    if absent := _ABSENT.search(str(error)):
        return f"there is no view {absent['name']}; there are {', '.join(_COLUMNS)}"
    return _first_lines(error)


def _first_lines(error: duckdb.Error) -> str:
    return "\n".join(str(error).strip().splitlines()[:6])
