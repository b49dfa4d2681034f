"""The answers of Microsoft's extension to some hundred and fifty probes are the local engine's answers too.

`probes.json` holds the extension's, recorded by `probes.record`; `differences` names where ours are others on purpose.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local_azure.durable import differences
from tests.durable.extension.hosts import azurite, extension, extension_program, local_engine
from tests.durable.extension.probes.driver import PROBES, ask_all
from tests.durable.extension.probes.record import APP, RECORDED

EXPECTED: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(PROBES))
async def test_the_local_engine_answers_as_recorded(name: str, tmp_path: Path):
    async with local_engine(APP, tmp_path) as client:
        seen = json.loads(json.dumps(await PROBES[name](client)))
    if (difference := differences.PROBES.get(name)) is None:
        assert seen == EXPECTED[name]
    elif difference.answer is not None:
        assert (seen, EXPECTED[name] != seen) == (difference.answer, True)
    else:
        assert bare(seen) == bare(EXPECTED[name])
        assert seen != EXPECTED[name]


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_the_extension_answers_as_recorded(tmp_path: Path):
    program = extension_program()
    assert program is not None
    with azurite(tmp_path) as port:
        async with extension(program, port, APP, tmp_path) as client:
            answers = await ask_all(client)
    assert {name: answer for name, answer in answers.items() if answer != EXPECTED[name]} == {}
    assert answers.keys() == EXPECTED.keys()


def bare(answers: dict[str, Any]) -> dict[str, Any]:
    """Without the statuses that the difference is about."""
    return {
        name: {**answer, "status": None} if isinstance(answer, dict) else answer for name, answer in answers.items()
    }
