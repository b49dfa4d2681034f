"""The bounds of a question, and the ways in which it is not answered."""

from datetime import timedelta

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Time that is looked back, blobs and bytes of each archive, seconds of the query, rows of the answer.

    `unpacked_megabytes` is the size of the rows of one view, `memory_megabytes` what DuckDB may take; 0 leaves it the
    machine's, and as many threads as there are cores.
    """

    last: timedelta = timedelta(days=1)
    files: int = 2_000
    megabytes: int = 512
    unpacked_megabytes: int = 65_536
    memory_megabytes: int = 0
    seconds: float = 60.0
    rows: int = 200


class QuestionError(Exception):
    """A question that is not answered; the message says why."""


class WrongQuestionError(QuestionError):
    """Not one SELECT, or one that DuckDB cannot read or may not run."""


class ArchiveAwayError(QuestionError):
    """A service that keeps an archive refuses or does not answer."""


class TooMuchError(QuestionError):
    """A question would pass a bound; `bound` is the field of `Bounds` that moves it, empty if none does."""

    def __init__(self, message: str, bound: str = "") -> None:
        super().__init__(message)
        self.bound = bound
