"""Outcomes from elsewhere, such as chargebacks: a CSV of event ids, what became of them, and when. Pure."""

import csv
import io
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Literal, cast, get_args

import msgspec
from msgspec import Meta

from fraud.desk.problems import ProblemError, bad_request
from fraud.events import MAX_ID_LENGTH
from fraud.verdicts import Band

Fate = Literal["fraud", "chargeback", "legitimate"]
HEADER = ["id", "outcome", "date"]
MAX_ROWS = 5_000
_FATES = get_args(Fate)


class OutcomeVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on an event whose outcome is known; without a band it was not judged.

    `rules` are those that had spoken, of a verdict of the bands high and medium.
    """

    window_end: datetime
    band: Band | None = None
    score: int = -(2**31)
    rules: tuple[str, ...] = ()


class OutcomeRow(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an event, by the id that its producer gave it, and the day on which it was known."""

    id: Annotated[str, Meta(min_length=1, max_length=2 * MAX_ID_LENGTH)]
    outcome: Fate
    date: date

    verdict: "OutcomeVerdict | None" = None
    """The verdict on it when the outcome came in; null if it had not arrived."""

    @property
    def document_id(self) -> str:
        """The id of its document: an outcome that is sent again replaces the one before."""
        return f"outcome:{sha256(self.id.encode()).hexdigest()[:32]}"


class OutcomesKept(msgspec.Struct, frozen=True, kw_only=True):
    """The number of events whose outcome was kept.

    `unseen` are those of them that no archived event has, no case names and no row of the stream job that was read: no
    figure counts them.
    """

    kept: int
    unseen: int = 0


def read_outcomes(body: bytes) -> list[OutcomeRow]:
    """The outcomes of a CSV with the header `id,outcome,date`. All or none: raises ProblemError that names the line.

    An id is taken as it is: blanks belong to a field of CSV (RFC 4180), and a producer may end an id with some.
    """
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise bad_request(None, f"the body is not a CSV in UTF-8: {error}") from error
    if not lines or [name.strip().lower() for name in lines[0]] != HEADER:
        raise bad_request("line 1", f"the first line must be {','.join(HEADER)}")
    if len(lines) > MAX_ROWS + 1:
        raise ProblemError(413, "Too large", f"the body has {len(lines) - 1:,} rows; at most {MAX_ROWS:,} are accepted")
    return [_row(number, fields) for number, fields in enumerate(lines[1:], 2) if fields]


def _row(number: int, fields: list[str]) -> OutcomeRow:
    field = f"line {number}"
    if len(fields) != len(HEADER):
        raise bad_request(field, f"line {number} has {len(fields)} fields; {len(HEADER)} are asked for")
    event_id, outcome, day = fields[0], fields[1].strip(), fields[2].strip()
    if not 1 <= len(event_id) <= 2 * MAX_ID_LENGTH:
        raise bad_request(field, f"line {number}: an id has 1 to {2 * MAX_ID_LENGTH} characters")
    if outcome not in _FATES:
        raise bad_request(field, f"line {number}: outcome must be one of {', '.join(_FATES)}, not {outcome[:40]!r}")
    try:
        return OutcomeRow(id=event_id, outcome=cast(Fate, outcome), date=date.fromisoformat(day))
    except ValueError as error:
        raise bad_request(field, f"line {number}: date must be a day as 2026-01-31, not {day[:40]!r}") from error
