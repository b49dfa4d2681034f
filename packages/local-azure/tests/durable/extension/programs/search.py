"""Search for programs to which the two engines answer differently, and make them small.

DURABLE_HOST=PROGRAM python -m tests.durable.extension.programs.search SEED COUNT     (from the package's folder)
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from tests.durable.extension.client import Client
from tests.durable.extension.hosts import azurite, extension, extension_program, local_engine
from tests.durable.extension.probes.record import APP
from tests.durable.extension.programs.maker import Program, make
from tests.durable.extension.programs.player import agree, play_all


class Engines:
    """Both engines over the probes' app."""

    def __init__(self, local: Client, theirs: Client) -> None:
        self._both = (local, theirs)
        self._asked = 0

    async def answers(self, programs: list[Program]) -> list[tuple[Any, Any]]:
        """The local engine's and the extension's answer to each."""
        self._asked += 1
        answers = [await play_all(client, programs, f"p{self._asked}-") for client in self._both]
        return list(zip(*answers, strict=True))

    async def differing(self, programs: list[Program]) -> list[Program]:
        """Those to which the engines answer differently, twice."""
        for _ in range(2):
            answers = await self.answers(programs)
            pairs = zip(programs, answers, strict=True)
            programs = [program for program, (ours, theirs) in pairs if not agree(ours, theirs)]
        return programs

    async def smallest(self, program: Program) -> Program:
        """A program that still makes a difference, and of which nothing can be left out."""
        while smaller := await self.differing(
            [{**program, "steps": steps} for steps in _without_one(program["steps"])]
        ):
            program = min(smaller, key=lambda each: len(json.dumps(each)))
        return program


@asynccontextmanager
async def both_engines(folder: Path) -> AsyncGenerator[Engines]:
    """Both engines, the extension by the program that `DURABLE_HOST` names."""
    program = extension_program()
    (folder / "local").mkdir()
    with azurite(folder) as port:
        async with local_engine(APP, folder / "local") as local, extension(program, port, APP, folder) as theirs:
            yield Engines(local, theirs)


def _without_one(node: list[Any]) -> Iterator[list[Any]]:
    """The tree without one of the members of one of its lists of lists."""
    for place, part in enumerate(node):
        if not isinstance(part, list):
            continue
        members = cast(list[Any], part)
        if not isinstance(node[0], str):
            yield [*node[:place], *node[place + 1 :]]
        for smaller in _without_one(members):
            yield [*node[:place], smaller, *node[place + 1 :]]


async def main(seed: int, count: int) -> None:
    """Print each difference, made small."""
    with tempfile.TemporaryDirectory() as name:
        async with both_engines(Path(name)) as engines:
            for program in await engines.differing([make(seed, number) for number in range(count)]):
                small = await engines.smallest(program)
                print(json.dumps(small, ensure_ascii=False))
                for answer in (await engines.answers([small]))[0]:
                    print("   ", json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
