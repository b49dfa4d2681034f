"""Tokens: what a query is made of, and where each word stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.stream_analytics.language.position import Position, QueryError
from local_azure.stream_analytics.language.tokens import MAX_QUERY_LENGTH, tokenize


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(text)[:-1]]


def test_words_numbers_strings_and_symbols():
    assert kinds("SELECT a, 1.5 FROM [my input] WHERE b<>'it''s'") == [
        ("name", "SELECT"),
        ("name", "a"),
        ("symbol", ","),
        ("number", "1.5"),
        ("name", "FROM"),
        ("quoted", "my input"),
        ("name", "WHERE"),
        ("name", "b"),
        ("symbol", "<>"),
        ("string", "it's"),
    ]


def test_a_bracket_in_a_quoted_name_is_doubled():
    assert kinds("[a]]b]") == [("quoted", "a]b")]


def test_comments_and_a_byte_order_mark_are_no_tokens():
    assert kinds("\ufeffa -- the rest\n/* all\n of it */ b") == [("name", "a"), ("name", "b")]


def test_every_token_knows_its_line_and_column():
    positions = [(str(token.text), token.position) for token in tokenize("SELECT\n  a,\n/* x\n y */ b")]
    assert positions == [
        ("SELECT", Position(1, 1)),
        ("a", Position(2, 3)),
        (",", Position(2, 4)),
        ("b", Position(4, 7)),
        ("", Position(4, 8)),
    ]


def test_a_quoted_name_or_a_string_is_no_keyword():
    assert [token.keyword for token in tokenize("[from] 'from' from")] == ["", "", "FROM", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 'a", "line 1, column 8: a string is not closed"),
        ("SELECT [a", "line 1, column 8: a quoted name is not closed"),
        ("a\n /* b", "line 2, column 2: a comment is not closed"),
        ("a ? b", "line 1, column 3: unexpected character '?'"),
    ],
)
def test_what_is_no_token_is_refused_where_it_stands(text: str, message: str):
    with pytest.raises(QueryError) as refusal:
        tokenize(text)
    assert str(refusal.value) == message


def test_a_query_of_endless_length_is_refused():
    with pytest.raises(QueryError, match="longer than"):
        tokenize("a " * MAX_QUERY_LENGTH)


@given(st.text(max_size=200))
def test_any_text_is_either_tokens_or_a_refusal(text: str):
    try:
        line = tokenize(text)[-1].position.line
    except QueryError as refusal:
        line = refusal.position.line
    assert 1 <= line <= text.count("\n") + 1
