"""The command line of a fuzzing suite: `python -m tests.fuzz --inputs 10000 --seed 7`.

    if __name__ == "__main__":
        sys.exit(fuzz_command(TARGETS))

Prints a line per target, and of each input that failed how to repeat it alone.
"""

import argparse
import logging
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local_azure.testing.fuzzing import Fuzzed, FuzzResult, fuzz

DEFAULT_INPUTS = 10_000


def fuzz_command(targets: Sequence[Fuzzed], words: Sequence[str] | None = None) -> int:
    """Fuzz the targets that the command line names, all by default; 1 if an input failed, else 0."""
    parser = argparse.ArgumentParser(description="Hand structured random inputs to every reader and server.")
    parser.add_argument(
        "--inputs", type=int, default=DEFAULT_INPUTS, metavar="N", help="of a target (default: %(default)s)"
    )
    parser.add_argument("--seed", default=None, help="repeats a run; default: a new one, which is printed")
    parser.add_argument("--only", metavar="TARGET[/NUMBER]", help="one target, or one input of it")
    options = parser.parse_args(words)
    seed = options.seed or str(secrets.randbelow(10**6))
    name, _, number = (options.only or "").partition("/")
    chosen = [target for target in targets if name in ("", target.name)]
    if not chosen or (number and not number.isdecimal()):
        parser.error(f"--only takes one of {', '.join(target.name for target in targets)}, and perhaps /NUMBER")
    # A refusal is logged as a warning; thousands of them tell nothing.
    logging.disable(logging.WARNING)
    logging.getLogger().addHandler(logging.NullHandler())
    _say(f"seed {seed}, {options.inputs:,} inputs of a target at most")
    results = [_fuzz(target, options.inputs, seed, int(number) if number else None) for target in chosen]
    failed = sum(len(result.failures) for result in results)
    seconds = sum(result.seconds for result in results)
    _say(f"{sum(result.inputs for result in results):,} inputs in {seconds:.0f} s, {failed} failures, seed {seed}")
    return 1 if failed else 0


def _fuzz(target: Fuzzed, inputs: int, seed: str, only: int | None) -> FuzzResult:
    with tempfile.TemporaryDirectory() as folder:
        result = fuzz(target, max(1, int(inputs * target.share)), seed, Path(folder) / target.name, only)
    _say(f"  {result.name:<24} {result.inputs:>9,} inputs {result.seconds:7.1f} s")
    for failure in result.failures:
        place = "at the end" if failure.number is None else f"--seed {seed} --only {result.name}/{failure.number}"
        _say(f"    FAILED {place}: {failure.problem}")
    return result


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
