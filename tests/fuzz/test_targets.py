"""A few hundred inputs for each target: `make fuzz` hands them ten thousand."""

from pathlib import Path

import pytest

from local_azure.testing import Fuzzed, fuzz
from tests.fuzz.targets import IN_PROCESS, OVER_SOCKETS

INPUTS = 200


def name_of(target: Fuzzed) -> str:
    return target.name


@pytest.mark.parametrize("target", IN_PROCESS, ids=name_of)
def test_a_reader_reads_or_refuses(target: Fuzzed, tmp_path: Path):
    assert fuzz(target, INPUTS, "test", tmp_path / "state").failures == ()


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("target", OVER_SOCKETS, ids=name_of)
def test_a_server_answers_and_goes_on(target: Fuzzed, tmp_path: Path):
    assert fuzz(target, INPUTS, "test", tmp_path / "state").failures == ()
