"""A place in a query, and the error that names it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a query; both count from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class QueryError(Exception):
    """A query that cannot run here: it is wrong, or it uses something that this engine does not support."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(f"{position}: {message}")
        self.message = message
        self.position = position


def unsupported(what: str, position: Position, instead: str = "") -> QueryError:
    """The refusal of valid Stream Analytics syntax that this engine lacks; `instead` says what to write."""
    hint = f"; {instead}" if instead else ""
    return QueryError(f"{what} is not supported by the local engine{hint}", position)
