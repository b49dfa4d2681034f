"""The language of the house: docs/glossary.md, held over every Python file."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.house.language import forbidden_phrases, forbidden_words, noun_clauses, pronoun_names, python_files

MOST_NOUN_CLAUSES = 40
ON_THE_WIRE = {("reconciliation/comparing/ground_truth.py", "found"), ("reconciliation/messages.py", "known")}
"""Fields of a report and of an activity's result: reports and histories of before have them under these names."""


@cache
def breaches(rule: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """The breaches of a rule by file."""
    return {str(file): hits for file in python_files() if (hits := rule(file))}


def test_the_glossary_forbids_words():
    assert {"is no", "are no", "is none", "are none"} <= set(forbidden_words())


def test_no_docstring_or_comment_has_a_word_that_the_glossary_forbids():
    assert breaches(forbidden_phrases) == {}


def test_few_docstrings_begin_with_what_whether_or_how():
    clauses = [f"{file}: {hit}" for file, hits in breaches(noun_clauses).items() for hit in hits]
    assert len(clauses) < MOST_NOUN_CLAUSES, "\n".join(clauses)


def test_local_names_say_what_they_hold():
    names = {(file, hit.partition(": ")[2]) for file, hits in breaches(pronoun_names).items() for hit in hits}
    assert names == ON_THE_WIRE, breaches(pronoun_names)
