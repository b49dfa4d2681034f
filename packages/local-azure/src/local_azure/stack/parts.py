"""A part of a stack: its name, how it is started, and what must be ready before it."""

import sys

import msgspec


class StackPart(msgspec.Struct, frozen=True):
    """One process. `after` names the parts that must be ready first; they are stopped after it."""

    name: str
    module: str
    options: tuple[str, ...]
    after: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """The command line that starts this part."""
        return [sys.executable, "-m", self.module, *self.options]
