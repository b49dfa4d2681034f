from datetime import date

import pytest

from fraud.desk.outcomes import MAX_ROWS, OutcomeRow, read_outcomes
from fraud.desk.problems import ProblemError


def test_a_csv_of_outcomes_is_read_with_quotes_and_a_byte_order_mark():
    body = '\ufeffid,outcome,date\r\n"a,b",fraud,2026-01-31\r\n\r\nc,legitimate,2026-02-01\r\n'.encode()

    assert read_outcomes(body) == [
        OutcomeRow(id="a,b", outcome="fraud", date=date(2026, 1, 31)),
        OutcomeRow(id="c", outcome="legitimate", date=date(2026, 2, 1)),
    ]


def test_blanks_belong_to_an_id_and_neither_to_an_outcome_nor_to_a_date():
    rows = read_outcomes(b'id,outcome,date\n" a ", fraud , 2026-01-31\nb ,fraud,2026-01-31\n')

    assert [(row.id, row.outcome, row.date) for row in rows] == [
        (" a ", "fraud", date(2026, 1, 31)),
        ("b ", "fraud", date(2026, 1, 31)),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "line 1"),
        (b"id,outcome\n", "line 1"),
        (b"\xff", None),
        (b'id,outcome,date\n"a', None),
        (b"id,outcome,date\na,fraud\n", "line 2"),
        (b"id,outcome,date\n,fraud,2026-01-01\n", "line 2"),
        (b"id,outcome,date\na,fraud,2026-01-01\nb,maybe,2026-01-01\n", "line 3"),
        (b"id,outcome,date\na,fraud,31.1.2026\n", "line 2"),
    ],
)
def test_a_csv_that_is_wrong_is_refused_whole_and_the_line_named(body: bytes, field: str | None):
    with pytest.raises(ProblemError) as refused:
        read_outcomes(body)

    assert (refused.value.status, refused.value.field) == (400, field)


def test_rows_are_bounded():
    with pytest.raises(ProblemError) as refused:
        read_outcomes(b"id,outcome,date\n" + b"a,fraud,2026-01-01\n" * (MAX_ROWS + 1))

    assert refused.value.status == 413
