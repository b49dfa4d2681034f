"""`detective rules fit`: weights that labelled events give a set, near those that it has."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from cli.__main__ import main
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
from tests.fraud.builders import event_body

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


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def started(*arguments: object) -> int:
        monkeypatch.setattr("sys.argv", ["detective", "rules", "fit", *map(str, arguments)])
        return main()

    return started


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    """Forty flagged sales of an hour; of the ten dear ones eight are fraud, of the others two."""
    events, labels = tmp_path / "events.ndjson", tmp_path / "labels.ndjson"
    bodies = [event_body(f"sale-{at}", discount=75, price=900.0 if at < 10 else 40.0, qty=60) for at in range(40)]
    ids = [json.loads(body)["id"] for body in bodies]
    rows = [b'{"enqueued_time":"2026-01-05T10:%02d:00Z","body":%b}' % (at, body) for at, body in enumerate(bodies)]
    events.write_bytes(b"\n".join(rows))
    truth = [{"id": name, "place": at, "fraud": at < 8 or at > 37} for at, name in enumerate(ids)]
    labels.write_text("\n".join(map(json.dumps, truth)))
    return events, labels


def test_the_command_writes_a_set_and_shows_what_it_does_to_each_world(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules, out = tmp_path / "two.toml", tmp_path / "fitted.toml"
    rules.write_text(TEXT)

    code = run(rules, "--world", *world, "--unseen", *world, "--out", out, "--drawn", "1", "--json")

    shown = json.loads(capsys.readouterr().out)
    after = read_rules(out.read_text(), KINDS)
    assert code == 0
    assert (shown["before"], shown["after"]) == (TWO.id, after.id)
    assert [each["learned"] for each in shown["worlds"]] == [True, False]
    assert shown["worlds"][0]["flagged"] == 40
    assert shown["worlds"][0]["fraud"] == 10
    assert shown["worlds"][0]["after"]["auc"] == pytest.approx(0.8 + 0.2 * (28 / 30) / 2 - 0.8 * (2 / 30) / 2)
    dear = next(change for change in shown["changed"] if change["rule"] == "DEAR")
    assert dear["after"] == [step.weight for step in after.rules[1].steps]


def test_the_command_shows_figures_before_and_after_in_80_columns(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules = tmp_path / "two.toml"
    rules.write_text(TEXT)

    assert run(rules, "--world", *world, "--out", tmp_path / "fitted.toml", "--drawn", "1") == 0

    shown = capsys.readouterr().out
    assert "events.ndjson" in shown
    assert "->" in shown
    assert "try it over windows" in shown


def test_a_set_with_groups_and_a_rule_that_is_not_there_are_refused(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules, out = tmp_path / "two.toml", tmp_path / "fitted.toml"
    rules.write_text(TEXT)
    assert run(rules, "--world", *world, "--out", out, "--keep", "NO_SUCH") != 0
    assert "has no rule NO_SUCH" in capsys.readouterr().err

    rules.write_text(TEXT.replace('\nid = "DEAR"', '\ngroup = "all"\nid = "DEAR"') + "\n[groups]\nall = 30\n")
    assert run(rules, "--world", *world, "--out", out) != 0
    assert "bounds the points of groups together" in capsys.readouterr().err


def test_ends_of_lines_are_written_as_they_were_read(run: Any, world: tuple[Path, Path], tmp_path: Path):
    rules, out = tmp_path / "two.toml", tmp_path / "fitted.toml"
    rules.write_bytes(TEXT.replace("\n", "\r\n").encode())

    assert run(rules, "--world", *world, "--out", out) == 0

    assert out.read_bytes().count(b"\r\n") == TEXT.count("\n")


def test_neither_events_nor_labels_are_written_over(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before = [path.read_bytes() for path in world]
    for path in world:
        assert run("--world", *world, "--out", tmp_path / ".." / tmp_path.name / path.name) != 0
        assert "nothing is written over them" in capsys.readouterr().err
    assert [path.read_bytes() for path in world] == before

    assert run("--world", *world, "--out", "context") != 0
    assert "a file of that name is never read" in capsys.readouterr().err


@pytest.mark.parametrize("place", [-1, -99_999, 40, 10**30])
def test_a_label_of_a_place_that_the_file_lacks_is_refused(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], place: int
):
    world[1].write_text(json.dumps({"id": "sale-39", "place": place, "fraud": True}))

    assert run("--world", *world, "--out", tmp_path / "fitted.toml") != 0

    assert f"the label of place {place} is not of the event there" in capsys.readouterr().err


def test_labels_without_fraud_teach_nothing_and_nothing_is_written(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    world[1].write_text("")

    assert run("--world", *world, "--out", tmp_path / "fitted.toml") != 0

    assert "no fraud was flagged" in capsys.readouterr().err
    assert not (tmp_path / "fitted.toml").exists()
