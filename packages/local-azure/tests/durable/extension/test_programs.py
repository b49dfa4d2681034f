"""Random orchestrations end on the local engine as on Microsoft's extension, with what a client does meanwhile.

`programs/recorded.ndjson` holds programs with the extension's answers, recorded by `programs.record`.
"""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.durable.extension.hosts import extension_program, local_engine
from tests.durable.extension.probes.record import APP
from tests.durable.extension.programs.maker import Program, make, nodes
from tests.durable.extension.programs.player import agree, play_all
from tests.durable.extension.programs.record import RECORDED
from tests.durable.extension.programs.search import both_engines

PARTS = 5
LINES = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("part", range(PARTS))
async def test_the_local_engine_answers_as_the_extension_did(part: int, tmp_path: Path):
    lines = LINES[part::PARTS]
    async with local_engine(APP, tmp_path) as client:
        answers = await play_all(client, [program for program, _ in lines], "p")

    assert not [
        (program, ours, theirs)
        for ours, (program, theirs) in zip(answers, lines, strict=True)
        if not agree(ours, theirs)
    ]


def test_a_program_follows_from_its_seed():
    programs = [make(7, number) for number in range(300)]

    assert [make(7, number) for number in range(300)] == programs
    words = {"again", "gate", "keep", "cancel", "status", "signal", "raise", "return", "try", "uuid", "time"}
    assert words <= {node[0] for program in programs for node in nodes(program["steps"])}


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_the_engines_agree_on_programs_that_nobody_has_seen(tmp_path: Path):
    extension_program()
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    wrong: list[tuple[Program, Any]] = []
    ends = time.monotonic() + 60
    async with both_engines(tmp_path) as engines:
        for first in range(0, 10_000, 24):
            differing = await engines.differing([make(seed, number) for number in range(first, first + 24)])
            small = [await engines.smallest(program) for program in differing[:1]]
            wrong += zip(small, await engines.answers(small), strict=True)
            if wrong or time.monotonic() > ends:
                break

    assert not wrong, f"seed {seed}: {json.dumps(wrong, ensure_ascii=False)}"
