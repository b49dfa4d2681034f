"""Makes random programs for the probes' orchestrator `program`, each with what a client does meanwhile.

A program has no true races: what is raised has arrived before the gate behind it opens, of a race only one can win, of
a group only one can fail, and what runs beside others has entities of its own. So its answer is a function of the
program.
"""

import itertools
import random
from collections.abc import Iterator
from typing import Any, cast

Step = list[Any]
Program = dict[str, Any]
"""`steps`, and `after`: what the client does once the instance has ended."""

_NEVER = 3600
_LARGE = (20_000, 40_000, 300_000)
"""Letters: what is larger than 45 KB or so goes to blobs under the extension."""
_VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 7, "", "ü€😀", "null", '{"a": 1}', "2026-11-26T14:37:42.6042405Z", "x" * 80, [], {},
    [None], [1, [2, {"a": None}]], {"b": 1, "a": {"ü": ["x"]}}, 12345678901234567890, "a\nb\t\u0001", {"gate": None},
]  # fmt: skip


def make(seed: int, number: int) -> Program:
    """The program of this number; the same for the same seed."""
    return _Maker(random.Random(f"{seed}-{number}")).program()


def nodes(tree: Any) -> Iterator[list[Any]]:
    """All lists of a program that begin with a word."""
    if isinstance(tree, list):
        members = cast(list[Any], tree)
        if members and isinstance(members[0], str):
            yield members
        for part in members:
            yield from nodes(part)


def is_parallel(steps: Any) -> bool:
    """True if things run side by side in it: their order in the history is any."""
    return any(node[0] in {"all", "any", "keep"} for node in nodes(steps))


def _tries_again(task: Any) -> bool:
    return any(node[0] == "retry" or (node[0] == "child" and node[3]) for node in nodes(task))


class _Scope:
    """The things that one instance has at hand: kept tasks that ended and did not, and events that came early."""

    def __init__(
        self, depth: int, *, may_gate: bool, alone: bool, is_root: bool = False, is_in_group: bool = False
    ) -> None:
        self.depth = depth
        self.is_in_group = is_in_group
        self.may_gate = may_gate
        self.alone = alone
        self.is_root = is_root
        self.running: list[int] = []
        self.ended: list[int] = []
        self.early: list[str] = []


class _Maker:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._numbers = itertools.count(1)
        self._outlives = False
        self._labels: list[str] = []
        """Of children that have ended: an id can be taken again, but by none of a child's own children."""

    def program(self) -> Program:
        dice = self._dice
        steps = self._steps(_Scope(2, may_gate=True, alone=True, is_root=True), dice.randint(2, 6))
        after = [["none"], ["none"], ["purge"], ["restart"], ["start"], ["rewind"], ["raise"], ["terminate"]]
        return {"steps": steps, "after": dice.choice(after)}

    def _chance(self, of: float) -> bool:
        return self._dice.random() < of

    def _value(self) -> Any:
        return self._dice.choice(_VALUES)

    def _label(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}"

    # --- steps ---

    def _steps(self, scope: _Scope, count: int) -> list[Step]:
        steps: list[Step] = []
        for _ in range(count):
            steps += self._step(scope)
        return steps

    def _step(self, scope: _Scope) -> list[Step]:
        dice = self._dice
        words = ["yield", "try", "gate", "keep", "again", "kept_events", "status", "signal", "uuid", "time", "cancel"]
        weights = [8, 2, 3, 1.5, 1, 0.5, 1.5, 1.5, 0.2, 0.2, 0.4]
        word = dice.choices([*words, "outlive", "raise", "return", "long"], [*weights, 0.3, 0.5, 0.5, 0.2])[0]
        match word:
            case "gate" if scope.may_gate:
                return [self._gate(scope)]
            case "kept_events" if scope.may_gate:
                return self._kept_events(scope)
            case "keep":
                slot = next(self._numbers)
                task = self._task(scope, may_fail=True, beside=True)
                scope.running.append(slot)
                return [["keep", slot, task]]
            case "outlive":
                return self._outlived(scope)
            case "cancel" if scope.running or scope.ended:
                return [["try", [["cancel", dice.choice([*scope.running, *scope.ended])]], []]]
            case "again":
                scope.running, scope.ended, scope.early = [], [], []
                more = [] if self._chance(0.7) else [dice.choice([["raise", "after"], ["yield", ["echo", 1]]])]
                return [["again", more]]
            case "try":
                body = self._steps(scope, dice.randint(1, 2))
                if self._chance(0.6):
                    body += [["yield", self._failing(scope, beside=False)]]
                return [["try", body, self._steps(scope, dice.randint(0, 1))]]
            case "long" if not self._outlives:
                return [["long status", dice.choice([5_000, 8_000, 9_000])]]
            case "status":
                return [["status", self._value()]]
            case "signal":
                return [["signal", self._key(scope, beside=False), dice.choice(["add", "add", "end", "fail"]), 3]]
            case "raise":
                return [["raise", dice.choice(["", "oh", "ü\nz", '{"a": 1}', "x \n y"])]]
            case "return":
                return [["return", self._value()]]
            case "uuid" | "time":
                return [[word]]
            case _:
                task = self._task(scope, may_fail=self._chance(0.3), beside=False)
                if task[0] == "child" and task[2]:
                    self._labels.append(task[2])
                return [["yield", task]]

    # --- tasks ---

    def _task(self, scope: _Scope, *, may_fail: bool, beside: bool) -> Any:
        """`beside`: others run at the same time."""
        dice = self._dice
        if may_fail and self._chance(0.4):
            return self._failing(scope, beside=beside)
        if scope.early and not beside and self._chance(0.4):
            return ["event", scope.early.pop()]
        words = ["echo", "timer", "retry", "entity", "kept", "large", "child", "all", "any"]
        weights = [4, 0.7, 1, 2, 1.5, 0.4, *([2.5, 2, 2] if scope.depth else [0, 0, 0])]
        match dice.choices(words, weights)[0]:
            case "timer":
                return ["timer", dice.choice([0, 0.2, 1, -5])]
            case "retry":
                return ["retry", self._label("r"), dice.choice([0, 1, 2]), dice.choice([3, 4])]
            case "entity":
                operation, value = dice.choice([("add", 5), ("add", -1), ("get", None), ("end", None), ("other", "x")])
                return ["entity", self._key(scope, beside=beside), operation, value]
            case "kept" if not beside and (scope.running or scope.ended):
                return self._kept(scope)
            case "large":
                return ["large", dice.choice(_LARGE)]
            case "child":
                return self._child(scope, may_fail=may_fail, beside=beside)
            case "all":
                return self._group(scope, may_fail=may_fail)
            case "any":
                return self._race(scope)
            case _:
                return ["echo", self._value()]

    def _failing(self, scope: _Scope, *, beside: bool) -> Any:
        dice = self._dice
        kinds = ["bad", "fails", "retry", "entity", *(["child", "all", "retried child"] if scope.depth else [])]
        match dice.choice(kinds):
            case "fails":
                return ["fails", self._label("f"), 1]
            case "retry":
                attempts = dice.choice([1, 2])
                return ["retry", self._label("r"), attempts, attempts]
            case "entity":
                return ["entity", self._key(scope, beside=beside), "fail", None]
            case "all":
                return self._failing_group(scope)
            case "child":
                inner = self._inner(scope)
                return ["child", [*self._steps(inner, 1), ["raise", "in it"]], self._childs_label(), None]
            case "retried child":
                label = self._label("f")
                attempts = dice.choice([1, 2, 3])
                return ["child", [["yield", ["fails", label, 2]]], self._childs_label(), attempts]
            case _:
                return ["bad", dice.choice(["", "of it", "ü \n z", "x" * 50])]

    def _child(self, scope: _Scope, *, may_fail: bool, beside: bool) -> Any:
        again = scope.alone and not beside and self._labels and self._chance(0.3)
        label = self._dice.choice(self._labels) if again else self._childs_label()
        self._labels = [ended for ended in self._labels if ended != label]  # it runs while its own children do
        inner = _Scope(scope.depth - 1, may_gate=scope.may_gate and not beside and bool(label), alone=not beside)
        inner.alone = inner.alone and scope.alone
        steps = self._steps(inner, self._dice.randint(1, 3)) if may_fail or not beside else self._safe(inner)
        return ["child", steps, label, None if inner.may_gate or self._chance(0.8) else 2]

    def _safe(self, scope: _Scope) -> list[Step]:
        """Steps that do not fail."""
        steps = [["yield", self._task(scope, may_fail=False, beside=True)] for _ in range(self._dice.randint(1, 2))]
        return [*steps, ["return", self._value()]] if self._chance(0.4) else steps

    def _childs_label(self) -> str | None:
        return self._label("c") if self._chance(0.5) else None

    def _group(self, scope: _Scope, *, may_fail: bool) -> Any:
        if may_fail and self._chance(0.5):
            return self._failing_group(scope)
        count = self._dice.randint(0, 3)
        return ["all", [self._task(self._inner(scope), may_fail=False, beside=True) for _ in range(count)]]

    def _failing_group(self, scope: _Scope) -> Any:
        """One fails, and beside it nothing takes numbers: user code goes on before the rest has ended.

        In another group nothing is beside it: the SDK of 1.x fails at what ends after the inner one has failed.
        """
        beside = 0 if scope.is_in_group else self._dice.randint(0, 2)
        parts: list[Any] = [["echo", self._value()] for _ in range(beside)]
        parts.insert(self._dice.randint(0, len(parts)), self._failing(self._inner(scope), beside=True))
        return ["all", parts]

    def _race(self, scope: _Scope) -> Any:
        """One that wins, and others that never end but by being cancelled.

        A retry beside a cancelled timer loses its number to what follows, and is then anybody's.
        """
        dice = self._dice
        inner = self._inner(scope)
        wins: Any = self._task(inner, may_fail=self._chance(0.5), beside=True)
        if scope.ended and self._chance(0.3):
            wins = ["kept", dice.choice(scope.ended)]
        never: list[Any] = [["event", "never"], *([] if _tries_again(wins) else [["timer", _NEVER]])]
        others = [*never, ["any", never], ["all", [["echo", 1], ["event", "never"]]]]
        parts = [dice.choice(others) for _ in range(dice.randint(0, 2))]
        parts.insert(dice.randint(0, len(parts)), wins)
        return ["any", parts]

    def _outlived(self, scope: _Scope) -> list[Step]:
        """A race that is won long before the other ends, which is tried again."""
        self._outlives = True
        soon, late = next(self._numbers), next(self._numbers)
        slow = [["yield", ["timer", 2.2]], ["yield", ["fails", self._label("f"), self._dice.choice([0, 1, 2])]]]
        scope.ended.append(soon)
        scope.running.append(late)
        return [
            ["keep", soon, ["echo", self._value()]],
            ["keep", late, ["child", slow, self._childs_label(), 2]],
            ["yield", ["any", self._dice.sample([["kept", soon], ["kept", late]], 2)]],
        ]

    def _inner(self, scope: _Scope) -> _Scope:
        """Where things run side by side: without gates, and with no kept tasks."""
        return _Scope(scope.depth - 1, may_gate=False, alone=False, is_in_group=True)

    def _kept(self, scope: _Scope) -> Any:
        if scope.running and (not scope.ended or self._chance(0.7)):
            slot = scope.running.pop(self._dice.randrange(len(scope.running)))
            scope.ended.append(slot)
            return ["kept", slot]
        return ["kept", self._dice.choice(scope.ended)]

    def _key(self, scope: _Scope, *, beside: bool) -> str:
        return self._dice.choice("ab") if scope.alone and not beside else self._label("e")

    # --- gates ---

    def _gate(self, scope: _Scope) -> Step:
        """Waits for the client, that first does what the script says; the script's last raise opens it.

        Nothing is terminated, or ended by too long a status, once something outlives its race: what that has come
        to by then is not certain.
        """
        dice = self._dice
        number = next(self._numbers)
        opens = ["raise", f"g{number}", self._value()]
        wait = ["event", f"g{number}"]
        script: list[Any] = []
        form = dice.choice(["plain", "plain", "race", "both", "with work", "twice"])
        task: Any = wait
        if form == "race":
            parts = [wait, *dice.sample([["timer", _NEVER], ["event", "never"]], dice.randint(1, 2))]
            task = ["any", dice.sample(parts, len(parts))]
        elif form == "both":
            task = ["all", dice.sample([wait, ["event", f"x{number}"]], 2)]
            script.append(["raise", f"x{number}", self._value()])
        elif form == "with work":
            task = ["all", dice.sample([wait, self._task(self._inner(scope), may_fail=False, beside=True)], 2)]
        elif form == "twice":
            task = ["all", [wait, wait]]
            script.append(["raise", f"g{number}", 1])
        for _ in range(dice.choice([0, 0, 1, 2])):
            place = dice.randint(0, len(script))
            script[place:place] = self._meanwhile(scope)
        if self._chance(0.25):
            script = [["suspend", "lunch"], *script]
            place = dice.randint(1, len(script))
            behind = [opens, ["resume", "back"]] if self._chance(0.5) else [["resume", "back"], opens]
            return ["gate", number, task, [*script[:place], *script[place:], *behind]]
        if self._chance(0.06) and not self._outlives:
            opens = ["terminate", dice.choice(["", "enough", '{"a": 1}', "12"])]
        return ["gate", number, task, [*script, opens]]

    def _meanwhile(self, scope: _Scope) -> list[Any]:
        """Commands that do not open the gate."""
        words = ["early", "early", "early twice", "unwanted", "start", "rewind", "purge", "restart", "signal", "large"]
        match self._dice.choice([*words, *([] if scope.is_root or self._outlives else ["terminate root"])]):
            case "early" | "early twice" as word:
                name = f"y{next(self._numbers)}"
                count = 2 if word == "early twice" else 1
                scope.early += [name] * self._dice.randint(1, count)
                return [["raise", name, self._value()] for _ in range(count)]
            case "unwanted":
                return [["raise", "unwanted", 1]]
            case "large":
                name = f"y{next(self._numbers)}"
                scope.early.append(name)
                return [["raise large", name, self._dice.choice(_LARGE)]]
            case "signal":
                return [["signal", self._label("e"), 2]]
            case word:
                return [[word]]

    def _kept_events(self, scope: _Scope) -> list[Step]:
        """Events that come behind the end of a generation, all at once: the next one gets them."""
        number = next(self._numbers)
        scope.running, scope.ended, scope.early = [], [], []
        names = [f"y{next(self._numbers)}" for _ in range(self._dice.randint(1, 2))]
        raised = [["raise", name, self._value()] for name in names]
        script = [["suspend", "lunch"], ["raise", f"g{number}", 1], *raised, ["resume", "back"]]
        waits = [["yield", ["event", name]] for name in self._dice.sample(names, len(names))]
        between = [] if self._chance(0.5) else self._safe(self._inner(scope))
        return [["gate", number, ["event", f"g{number}"], script], ["again", []], *between, *waits]
