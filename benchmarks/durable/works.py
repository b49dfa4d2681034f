"""The work that all engines do."""

import msgspec


class Work(msgspec.Struct, frozen=True):
    """A shape of work: `instances` orchestrations of a kind, each over `activities` activities; the rounds to run."""

    kind: str
    activities: int
    instances: int = 1
    rounds: int = 1

    @property
    def name(self) -> str:
        """The name of its row."""
        of_each = f"{self.kind.replace('_', '-')} over {self.activities:,} activities"
        return of_each if self.instances == 1 else f"{self.instances:,} times {of_each}"

    @property
    def warm_up(self) -> "Work":
        """A little of the same kind, which nobody measures."""
        return Work(self.kind, min(self.activities, 100))

    def check(self, output: object) -> None:
        """Raises RuntimeError if that is not the result of one instance."""
        if output != 2 * sum(range(self.activities)):
            raise RuntimeError(f"{self.name} gave {output!r}")


WORKS = (
    Work("fan_out", 500, rounds=5),
    Work("chain", 250, rounds=3),
    Work("chain", 1_000, rounds=3),
    Work("chain", 2_000),
    Work("fan_out", 4, instances=200, rounds=3),
)
