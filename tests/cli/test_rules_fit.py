"""`detective rules fit`: weights that labelled events give a set, near those that it has."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from random import Random
from typing import Any

import numpy as np
import pytest

from cli.rules.fit.fitting import fitted, weights_of
from cli.rules.fit.regression import Limits, regression
from cli.rules.fit.rewriting import RewriteError, rewritten
from cli.rules.fit.samples import Samples, samples_of
from fraud.context.schema import KINDS
from fraud.replay.replay import Judged, ReplayVerdict
from fraud.rules.language import Value
from fraud.rules.rates import NO_RATES, Rates
from fraud.rules.reading import read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import shipped, text_of_shipped

TEXT = """
# Why there are two rules.
name = "two"
about = "Two rules over one sale."
bands = { medium = 20, high = 40 }

[[rules]]
id = "BASE"
about = "All else is counted from here."
when = "event.qty >= 0"
weight = 20
fixed = true
text = "a sale"

[[rules]]
id = "DEAR" # tells fraud
about = "A dear sale."
value = "event.price"
steps = [{ bound = 100, weight = 5 }, { bound = 1_000, weight = 9 }]
text = "worth {value}"

[[rules.excuses]]
when = 'event.category == "Furniture"'
text = "furniture"
weight = 3

[[rules]]
id = "MANY"
about = "Many pieces."
value = "event.qty"
bound = 5
weight = 12
text = "{value} pieces"

[[rules]]
id = "WRAPPED"
about = "A present."
when = "event.gift_wrap"
weight = -8
text = "wrapped"
"""
TWO = read_rules(TEXT, KINDS)


def judged(facts: dict[str, Value], rules: RuleSet = TWO, rates: Rates = NO_RATES) -> Judged:
    reasons = rules.reasons(facts, rates)
    score = max(0, sum(reason.weight for reason in reasons))
    now = datetime(2026, 1, 5, 10, tzinfo=UTC).isoformat()
    verdict = ReplayVerdict(
        id="an-id",
        store_id=1,
        window_start=now,
        window_end=now,
        enqueued_time=now,
        score=score,
        band=rules.band_of(score),
        reasons=reasons,
        rule_set=rules.id,
    )
    return Judged(verdict, facts, rates)


def market(seed: int, *, fraud: float = 0.2, sales: int = 2_000) -> Samples:
    """Sales of which the dear ones are fraud more often; pieces and wrapping are the same for all."""
    chance = Random(seed)
    truth = [chance.random() < fraud for _ in range(sales)]
    facts: list[dict[str, Value]] = [
        {
            "event.price": chance.choice([50, 200, 2_000] if is_fraud else [50, 50, 50, 50, 200, 2_000]),
            "event.qty": chance.randint(1, 6),
            "event.gift_wrap": chance.random() < 0.3,
            "event.category": "Garden",
        }
        for is_fraud in truth
    ]
    return samples_of(TWO, [judged(each) for each in facts], truth)


def any_facts(chance: Random) -> dict[str, Value]:
    kinds: dict[str, Sequence[Value]] = {
        "number": (0, 1, 2, 3, 5, 0.3, -0.6, 1e300),
        "flag": (True, False),
        "text": ("gift_card", "sale_event", "card"),
    }
    return {name: chance.choice(kinds[kind]) for name, kind in KINDS.items() if chance.random() < 0.8}


@pytest.mark.parametrize("name", ["context", "seed"])
def test_scores_of_samples_are_those_of_the_verdicts_with_rates_and_excuses(name: str):
    rules, chance = shipped()[name], Random(5)
    results: list[Judged] = []
    for day in range(3):
        rates = Rates()
        for _ in range(60 * day * day):  # none, too few to bound anything, and enough
            rates.add(rules.held(any_facts(chance)))
        results += [judged(any_facts(chance), rules, rates) for _ in range(150)]
    samples = samples_of(rules, results, [False] * len(results))

    assert samples.scores(weights_of(rules)).tolist() == [result.verdict.score for result in results]
    assert len({result.verdict.score for result in results}) > 5


def test_what_tells_fraud_weighs_more_and_what_tells_nothing_less():
    weights = fitted(TWO, [market(1)], 1.0, ())

    assert weights["BASE"] == (20,)
    assert weights["DEAR"][0] > 5
    assert weights["MANY"][0] < 6
    assert -4 < weights["WRAPPED"][0] < 0


def test_weights_are_likelihood_ratios_whatever_the_share_of_fraud_is():
    rare, common = (fitted(TWO, [market(2, fraud=share, sales=20_000)], 0.0, ()) for share in (0.05, 0.5))

    # One sale in three of a fraud is at each price, of the innocent two in three, one in six and one in six.
    expected = 10 * np.log((1 / 3) / (1 / 6) / ((1 / 3) / (2 / 3)))
    for weights in (rare, common):
        assert weights["DEAR"] == pytest.approx((expected, expected), abs=2)


@pytest.mark.parametrize(("sales", "count", "share"), [(30, 8, 0.5), (25, 12, 0.8), (700, 12, 0.8)])
def test_the_regression_is_that_of_another_optimizer_however_rare_fraud_is(sales: int, count: int, share: float):
    minimize: Any = import_module("scipy.optimize").minimize  # takes a second, for this test only
    chance = np.random.default_rng(5)
    former = chance.integers(5, 40, count).astype(np.float64)
    reached = np.where(chance.random((sales, count)) < share, 0, -1)
    rare = np.arange(sales) == 3
    world = Samples(
        tuple(range(at, at + 1) for at in range(count)),
        reached,
        np.full(reached.shape, np.inf),
        np.zeros(sales, np.int64),
        np.full((1, count), np.inf),
        rare,
    )

    def loss(at: Any) -> float:
        logits = (reached == 0) @ at[:-1] + at[-1]
        told = (np.logaddexp(0, logits) - rare * logits).sum() * 10_000 / sales
        return told + 500 * ((at[:-1] - former / 10) ** 2).sum()

    bounds = [(0.1, 10.0)] * count + [(None, None)]
    expected = minimize(loss, np.append(former / 10, -20.0), bounds=bounds, options={"maxfun": 100_000})

    weights = regression([world], Limits(former, np.ones(count), np.full(count, 100.0)), 1_000.0)
    assert weights == pytest.approx(10 * expected.x[:-1], abs=0.1)


def test_a_weight_that_is_drawn_strongly_stays_and_one_to_keep_always_does():
    assert fitted(TWO, [market(3)], 1e9, ())["DEAR"] == (5, 9)
    assert fitted(TWO, [market(3)], 0.0, ("DEAR", "MANY"))["MANY"] == (12,)


def test_a_weight_keeps_its_sense_and_a_stricter_step_weighs_no_less_than_a_milder_one():
    samples = market(4)
    upside_down = Samples(
        samples.slots, samples.reached, samples.excused, samples.day, samples.bounds, ~samples.is_fraud
    )

    weights = fitted(TWO, [upside_down], 0.0, ())

    assert weights["DEAR"] == (1, 1)
    assert weights["WRAPPED"][0] <= -1


def test_an_excused_sale_says_nothing_of_a_weight_beyond_what_the_excuse_leaves():
    facts: dict[str, Value] = {"event.price": 2_000, "event.category": "Furniture"}
    samples = samples_of(TWO, [judged(facts)] * 4, [True, True, True, False])

    assert fitted(TWO, [samples], 0.001, ())["DEAR"] == (5, 9)


def test_a_file_is_written_with_other_weights_and_nothing_else_changed():
    weights = {"BASE": (20,), "DEAR": (6, 31), "MANY": (1,), "WRAPPED": (-2,)}

    text = rewritten(TEXT, weights)

    expected = TEXT.replace("weight = 5 }", "weight = 6 }").replace("weight = 9 }", "weight = 31 }")
    assert text == expected.replace("weight = 12", "weight = 1").replace("weight = -8", "weight = -2")


@pytest.mark.parametrize("name", ["context", "seed"])
def test_each_set_that_comes_with_the_app_is_written_again_as_it_is(name: str):
    rules, text = shipped()[name], text_of_shipped(name)

    assert rewritten(text, {rule.id: tuple(step.weight for step in rule.steps) for rule in rules.rules}) == text


@pytest.mark.parametrize(
    ("as_written", "oddly"),
    [
        ('text = "wrapped"', 'text = "a weight = 3 \\" weight = 4 present"'),
        ('text = "wrapped"', "text = 'a weight = 3 present'"),
        ('text = "wrapped"', 'text = """a\nweight = 3 present"""'),
        ("weight = -8\n", "weight = -8 # weight = 5 was less\n# weight = 9 more\n"),
        ("\n", "\r\n"),
        ('text = "wrapped"', 'text = "gepäckt 🎁"'),
    ],
)
def test_comments_texts_and_ends_of_lines_stay_whatever_weights_they_name(as_written: str, oddly: str):
    weights = {"BASE": (20,), "DEAR": (6, 31), "MANY": (1,), "WRAPPED": (-2,)}

    assert rewritten(TEXT.replace(as_written, oddly), weights) == rewritten(TEXT, weights).replace(
        as_written.replace("-8", "-2"), oddly.replace("-8", "-2")
    )


def test_a_file_whose_weights_are_not_found_is_refused_rather_than_spoilt():
    odd = TEXT.replace(
        'text = "wrapped"', 'excuses = [{ when = "event.qty > 3", text = "many", weight = -1 }]\ntext = "t"'
    )

    with pytest.raises(RewriteError, match="weights are not written"):
        rewritten(odd, {"BASE": (20,), "DEAR": (6, 31), "MANY": (1,), "WRAPPED": (-2,)})
