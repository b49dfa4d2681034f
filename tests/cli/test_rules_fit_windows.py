"""`detective rules fit --last`: weights from what people know of the app's own windows, over an app that answers so."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import numpy as np
import pytest

from cli.rules.fit.samples import samples_of
from cli.rules.fit.windows import samples_in
from fraud.context.schema import KINDS
from fraud.desk.paging import Page
from fraud.reanalysis.asking import TrialRow
from fraud.reanalysis.messages import Reanalysis
from fraud.reanalysis.samples import Sampled, Sampling, WindowSamples
from fraud.reanalysis.trial import TrialState, Tried
from fraud.rules.language import Value
from fraud.rules.rates import NO_RATES, Rates
from fraud.rules.reading import read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.sampling import Held, held_in
from fraud.rules.shipped import shipped
from tests.cli.answering_app import App, detective
from tests.cli.test_rules_fit import TEXT, TWO, any_facts, judged
from tests.fraud.desk.cases import NOON

SPAN = ("--from", "2026-01-02T00:00:00Z", "--to", "2026-01-02T12:00:00Z")


def window_of(
    rules: RuleSet, facts: Sequence[dict[str, Value]], truth: Sequence[bool], rates: Sequence[Rates]
) -> WindowSamples:
    sampling = Sampling(rules)
    for number, (each, is_fraud, its_rates) in enumerate(zip(facts, truth, rates, strict=True)):
        sampling.add(held_in(rules, each), its_rates, part=number % 4, is_fraud=is_fraud)
    return msgspec.json.decode(msgspec.json.encode(sampling.of("window-3-x")), type=WindowSamples)


@pytest.mark.parametrize("name", ["context", "seed"])
def test_samples_of_windows_are_those_of_the_same_verdicts_in_a_file(name: str):
    rules, chance = shipped()[name], Random(7)
    rates = Rates()
    for _ in range(300):
        rates.add(rules.held(any_facts(chance)))
    windows: list[WindowSamples] = []
    facts: list[dict[str, Value]] = []
    by_day, truth = list[Rates](), list[bool]()
    for window in range(6):
        its_facts = [any_facts(chance) for _ in range(20)]
        its_truth = [chance.random() < 0.3 for _ in its_facts]
        its_rates = [rates if window % 2 else NO_RATES] * len(its_facts)
        windows.append(window_of(rules, its_facts, its_truth, its_rates))
        facts, by_day, truth = facts + its_facts, by_day + its_rates, truth + its_truth

    results = [judged(each, rules, its_rates) for each, its_rates in zip(facts, by_day, strict=True)]
    expected, read = samples_of(rules, results, truth), samples_in(rules, windows, range(4))

    assert read.slots == expected.slots
    for name_of_array in ("reached", "excused", "is_fraud"):
        assert np.array_equal(getattr(read, name_of_array), getattr(expected, name_of_array)), name_of_array
    assert np.array_equal(read.bounds[read.day], expected.bounds[expected.day])
    assert len(samples_in(rules, windows, (0,)).is_fraud) == 30


def sold(*, dear: int, cheap: int) -> list[dict[str, Value]]:
    """Sales of which only the price differs."""
    prices = [2_000] * dear + [50] * cheap
    return [{"event.price": price, "event.qty": 1, "event.gift_wrap": False} for price in prices]


LABELLED = sold(dear=40, cheap=40), [at % 10 > 0 for at in range(40)] + [at % 10 == 0 for at in range(40)]
"""Of forty dear sales 36 are fraud, of as many cheap ones four."""


Fit = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fit:
    """Fit `two.toml` into `ours.toml`, both here: the exit code, what was said, and what was said of an error."""
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(TEXT)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = detective(monkeypatch, "rules", "fit", "two.toml", *arguments, "--out", "ours.toml")
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def answered(app: type[App], samples: WindowSamples, *, phase: Any = "done", sampled: Sampled | None = None) -> None:
    """The app answers with the samples in two pages."""
    counted = sampled or Sampled(len(samples.samples), sum(sample.fraud for sample in samples.samples))
    order = Reanalysis(
        id="try-x", start=NOON, end=NOON, rules=samples.rules, who="Ana", why="a fit", samples="labelled"
    )
    state = TrialState(order=order, phase=phase, windows=3, tried=Tried(verdicts=1_234, sampled=counted))
    for path in ("/api/rule-trials", "/api/rule-trial"):
        app.answers[path] = [(200, msgspec.to_builtins(TrialRow(status="Completed", result=state)))]
    half = len(samples.samples) // 2
    pages = [
        Page((msgspec.structs.replace(samples, samples=samples.samples[:half]),), "more"),
        Page((msgspec.structs.replace(samples, samples=samples.samples[half:]),)),
    ]
    path = "/api/rule-trials/try-x/samples?limit=100"
    for address, page in zip((path, f"{path}&token=more"), pages, strict=True):
        app.answers[address] = [(200, msgspec.to_builtins(page))]


def two(facts: Sequence[dict[str, Value]], truth: Sequence[bool]) -> WindowSamples:
    return window_of(TWO, facts, truth, [NO_RATES] * len(facts))


def test_weights_move_to_what_people_decided_and_every_fourth_customer_is_unseen(app: type[App], fit: Fit):
    answered(app, two(*LABELLED))

    code, said, _ = fit(*SPAN, "--drawn", "1", "--as", "Ana", "--json")

    shown = json.loads(said)
    path, order = app.asked[0]
    assert (code, path, app.actors[0]) == (0, "/api/rule-trials", "Ana")
    assert order == {
        "why": "a fit",
        "samples": "labelled",
        "from": "2026-01-02T00:00:00Z",
        "to": "2026-01-02T12:00:00Z",
        "text": TEXT,
    }
    fitted = read_rules(Path("ours.toml").read_text(), KINDS)
    assert fitted.rules[1].steps[1].weight > 20 > TWO.rules[1].steps[1].weight
    assert [(world["events"], world["learned"], world["flagged"]) for world in shown["worlds"]] == [
        ("windows", True, 60),
        ("windows", False, 20),
    ]
    assert {name: shown["windows"][name] for name in ("verdicts", "labelled", "fraud", "held_out")} == {
        "verdicts": 1_234,
        "labelled": 80,
        "fraud": 40,
        "held_out": 20,
    }


def test_a_person_reads_the_range_the_figures_of_both_parts_and_what_to_do_next_in_80_columns(app: type[App], fit: Fit):
    answered(app, two(*LABELLED))

    code, said, _ = fit(*SPAN, "--rest", "legitimate")

    lines = said.splitlines()
    assert (code, app.asked[0][1]["samples"]) == (0, "all")
    assert "  windows: 3 that ended from 2026-01-02T12:00Z to 2026-01-02T12:00Z" in lines
    assert "    80 of 1,234 verdicts are labelled, 40 of them on fraud" in lines
    assert "    the 20 of every fourth customer are not learned from: unseen" in lines
    assert [line.split("  ")[0] for line in lines if "->" in line][:2] == ["windows", "windows, unseen"]
    assert "    detective rules try ours.toml --last 30d" in lines
    assert max(len(line.rstrip()) for line in lines) <= 80


def test_windows_and_files_are_worlds_that_count_alike(app: type[App], fit: Fit):
    events, labels = Path("events.ndjson"), Path("labels.ndjson")
    bodies = [
        {"id": f"s{at}", "event_type": "sale_event", "discount": 75, "priority_shipping": True, "store_id": 1}
        | {"price": 2_000.0, "qty": 1}
        for at in range(8)
    ]
    rows = [{"enqueued_time": "2026-01-05T10:00:00Z", "body": body} for body in bodies]
    events.write_text("\n".join(map(json.dumps, rows)))
    labels.write_text(json.dumps({"id": "s3", "place": 3, "fraud": True}))
    answered(app, two(*LABELLED))

    code, said, _ = fit(*SPAN, "--world", str(events), str(labels), "--json")

    assert code == 0
    assert [(world["events"], world["learned"]) for world in json.loads(said)["worlds"]] == [
        ("events.ndjson", True),
        ("windows", True),
        ("windows", False),
    ]


def test_a_trial_that_was_stopped_is_learned_from_and_the_exit_code_says_so(app: type[App], fit: Fit):
    answered(app, two(*LABELLED), phase="stopped")

    code, said, _ = fit(*SPAN)

    assert code == 1
    assert "the trial was stopped: these are the windows that it had come to" in said


@pytest.mark.parametrize(
    ("labelled", "words"),
    [
        ((sold(dear=30, cheap=0), [False] * 30), "0 verdicts are known to be on fraud and 30 on the innocent"),
        ((sold(dear=30, cheap=0), [True] * 30), "30 verdicts are known to be on fraud and 0 on the innocent"),
        ((sold(dear=60, cheap=0), [True] * 19 + [False] * 41), "19 verdicts are known to be on fraud"),
        ((sold(dear=80, cheap=0), [at % 4 == 0 for at in range(80)]), "are of customers who are held out"),
    ],
)
def test_too_few_labels_are_refused_with_what_to_do_and_nothing_is_written(
    app: type[App], fit: Fit, labelled: Any, words: str
):
    answered(app, two(*labelled))

    code, _, error = fit(*SPAN)

    assert code == 2
    assert words in error
    assert "detective outcomes FILE" in error or "label more verdicts" in error
    assert not Path("ours.toml").exists()


def test_without_any_label_nothing_is_read(app: type[App], fit: Fit):
    answered(app, two([], []))
    del app.answers["/api/rule-trials/try-x/samples?limit=100"]

    code, _, error = fit(*SPAN)

    assert code == 2
    assert "0 verdicts are known to be on fraud and 0 on the innocent" in error


def test_samples_that_are_gone_or_of_another_set_are_refused(app: type[App], fit: Fit):
    samples = two(*LABELLED)

    answered(app, samples, sampled=Sampled(81, 40))
    code, _, error = fit(*SPAN)
    assert (code, "another fit has deleted the samples of this one" in error) == (2, True)

    turned = [msgspec.structs.replace(each, fraud=True) for each in samples.samples]
    answered(app, msgspec.structs.replace(samples, samples=tuple(turned)), sampled=Sampled(80, 40))
    code, _, error = fit(*SPAN)
    assert (code, "somebody has altered them" in error) == (2, True)

    apart = [msgspec.structs.replace(each, part=4) for each in samples.samples]
    excused = [msgspec.structs.replace(each, held=(Held(0, 0, 10**400),)) for each in samples.samples]
    for altered in (apart, excused):
        answered(app, msgspec.structs.replace(samples, samples=tuple(altered)))
        code, _, error = fit(*SPAN)
        assert (code, "a page of samples" in error) == (2, True)

    answered(app, msgspec.structs.replace(samples, rules="two@other"))
    code, _, error = fit(*SPAN)
    assert (code, "the app has another version of it, two@other" in error) == (2, True)

    beyond = [msgspec.structs.replace(each, day=1) for each in samples.samples]
    answered(app, msgspec.structs.replace(samples, samples=tuple(beyond)))
    code, _, error = fit(*SPAN)
    assert (code, f"are not of the set {TWO.id}" in error) == (2, True)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((), "say what to learn from: --world EVENTS LABELS, or windows of the app by --last or --from"),
        (("--rest", "legitimate"), "--to and --rest are about windows of the app: say --last or --from too"),
        (("--to", "2026-01-02T12:00:00Z"), "--to and --rest are about windows of the app"),
        (("--last", "32d"), "at most 31d"),
        (SPAN, "a trial by Ben runs"),
    ],
)
def test_what_is_not_said_or_cannot_be_is_refused(app: type[App], fit: Fit, asked: tuple[str, ...], words: str):
    app.answers["/api/rule-trials"] = [(409, {"title": "Runs already", "detail": "a trial by Ben runs: follow it"})]

    code, _, error = fit(*asked)

    assert code == 2
    assert words in error
