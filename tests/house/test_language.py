"""The language of the house: docs/glossary.md, held over every Python file.

`NOT_YET` and `NAMES_NOT_YET` have the rooms that still break it, with how often each may at most. The numbers only
shrink; a room that keeps the rules leaves the list.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from tests.house.language import forbidden_phrases, forbidden_words, noun_clauses, pronoun_names, python_files, room

MOST_NOUN_CLAUSES = 40
NOT_YET: dict[str, int] = {}
NAMES_NOT_YET: dict[str, int] = {
    "fraud": 1,
    "reconciliation": 2,
}


@cache
def broken(rule: Callable[[Path], list[str]]) -> Mapping[str, list[str]]:
    """The breaches of a rule by room."""
    breaches: dict[str, list[str]] = {}
    for file in python_files():
        if hits := rule(file):
            breaches.setdefault(room(file), []).extend(f"{file}: {hit}" for hit in hits)
    return breaches


def test_the_glossary_forbids_words():
    assert {"is no", "are no", "is none", "are none"} <= set(forbidden_words())


def test_no_docstring_or_comment_has_a_word_that_the_glossary_forbids():
    assert {name: hits for name, hits in broken(forbidden_phrases).items() if name not in NOT_YET} == {}


def test_few_docstrings_begin_with_what_whether_or_how():
    clauses = [hit for name, hits in broken(noun_clauses).items() if name not in NOT_YET for hit in hits]
    assert len(clauses) < MOST_NOUN_CLAUSES, "\n".join(clauses)


def test_local_names_say_what_they_hold():
    assert {name: hits for name, hits in broken(pronoun_names).items() if name not in NAMES_NOT_YET} == {}


def test_a_room_on_the_list_does_not_get_worse():
    phrases, clauses, names = broken(forbidden_phrases), broken(noun_clauses), broken(pronoun_names)
    prose = {name: len(phrases.get(name, [])) + len(clauses.get(name, [])) for name in NOT_YET}
    assert {name: count for name, count in prose.items() if count > NOT_YET[name]} == {}
    counts = {name: len(names.get(name, [])) for name in NAMES_NOT_YET}
    assert {name: count for name, count in counts.items() if count > NAMES_NOT_YET[name]} == {}
