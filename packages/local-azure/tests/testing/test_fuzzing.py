"""The failures of a target, and that a seed repeats it."""

import logging
import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_azure.testing import Chance, Fuzzed, Try, fuzz, fuzz_command, fuzzing


def target(try_one: Callable[[Chance], None], *, at_the_end: str = "") -> Fuzzed:
    @contextmanager
    def opened(_: Path) -> Generator[Try]:
        yield try_one
        if at_the_end:
            raise AssertionError(at_the_end)

    return Fuzzed("reader", opened)


def raises_seldom(chance: Chance) -> None:
    if chance.one_in(20):
        raise KeyError("id")


def test_the_inputs_that_fail_are_named_and_can_be_repeated_alone(tmp_path: Path):
    result = fuzz(target(raises_seldom), 1_000, "7", tmp_path)
    assert len(result.failures) == fuzzing.MOST_FAILURES
    number = result.failures[2].number
    assert number is not None
    alone = fuzz(target(raises_seldom), 1_000, "7", tmp_path, only=number)
    assert (alone.inputs, alone.failures) == (1, (result.failures[2],))


def test_a_seed_makes_the_same_inputs_and_another_seed_others(tmp_path: Path):
    made: list[bytes] = []

    def keep(chance: Chance) -> None:
        made.append(chance.damaged(chance.json(chance.value())))

    for seed in ("1", "1", "2"):
        fuzz(target(keep), 50, seed, tmp_path)
    assert made[:50] == made[50:100] != made[100:]


def test_an_input_that_hangs_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def hang(_: Chance) -> None:
        try:
            time.sleep(10)
        except Exception:  # noqa: BLE001 - as the target might
            time.sleep(10)

    monkeypatch.setattr(fuzzing, "HANG_SECONDS", 0.05)
    (failure,) = fuzz(target(hang), 1, "1", tmp_path).failures
    assert "longer than" in failure.problem


def test_a_traceback_in_the_log_fails(tmp_path: Path):
    def swallow(_: Chance) -> None:
        try:
            raise_it()
        except ValueError:
            logging.getLogger("reader").exception("could not be served")

    def raise_it() -> None:
        raise ValueError("out of range")

    (failure,) = fuzz(target(swallow), 1, "1", tmp_path).failures
    assert "could not be served" in failure.problem


def test_what_a_target_finds_at_the_end_fails(tmp_path: Path):
    (failure,) = fuzz(target(lambda _: None, at_the_end="it holds 99 descriptors more"), 1, "1", tmp_path).failures
    assert (failure.number, failure.problem) == (None, "it holds 99 descriptors more")


@pytest.fixture
def _log_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: int) -> None:
        return

    monkeypatch.setattr(logging, "disable", nothing)


@pytest.mark.usefixtures("_log_as_it_is")
def test_the_command_says_how_many_inputs_it_made(capsys: pytest.CaptureFixture[str]):
    assert fuzz_command([target(lambda _: None)], ["--inputs", "100", "--seed", "7"]) == 0
    assert re.search(r"100 inputs in \d+ s, 0 failures, seed 7", capsys.readouterr().out)


@pytest.mark.usefixtures("_log_as_it_is")
def test_the_command_says_how_to_repeat_what_failed(capsys: pytest.CaptureFixture[str]):
    assert fuzz_command([target(raises_seldom)], ["--inputs", "1000", "--seed", "7"]) == 1
    said = capsys.readouterr().out
    again = said.partition("FAILED ")[2].partition(":")[0].split()
    assert fuzz_command([target(raises_seldom)], again) == 1
    assert "1 inputs" in capsys.readouterr().out
