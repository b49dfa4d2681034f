"""The words of rules on their page."""

import re

import pytest

from fraud.rules.shipped import shipped
from function_app.desk.rule_words import rule_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "{event.store_name} is not a name of store {event.store}",
            "[store name] is not a name of store [store]",
        ),
        ("by chance once in {value:odds}, at least {bound:odds}", "by chance once in [so many], at least [a bound]"),
        ("10^{value:.1f}, as sets said before", "[so many], as sets said before"),
        ("{event.price:,.2f} is {value:.2f} of it", "[price] is [so many] of it"),
        ("gift cards: {sku.gift_cards_8h}, at least {bound}", "gift cards: [gift cards in 8 h], at least [a bound]"),
        ("the event names no store", "the event names no store"),
    ],
)
def test_a_rule_is_shown_in_words_and_not_as_a_template(text: str, words: str):
    assert rule_words(text) == words


def test_no_rule_that_is_shipped_shows_a_brace_or_a_format():
    texts = [rule_words(rule.text) for rules in shipped().values() for rule in rules.definition.rules]

    assert texts
    assert [text for text in texts if re.search(r"[{}^_]", text)] == []
