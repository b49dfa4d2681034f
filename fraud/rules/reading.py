"""From the text of a rule file to a set of rules that can judge; every problem by file, line and field."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from fraud.rules.asking import asking
from fraud.rules.compiling import CompiledRule, FieldError, compiled_rule
from fraud.rules.definition import RuleFile
from fraud.rules.language import Kinds
from fraud.rules.places import line_of
from fraud.rules.rule_set import RuleSet

MAX_FILE = 256 * 1024
_encoder = msgspec.json.Encoder(order="deterministic")
_AT = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)


class RuleProblem(msgspec.Struct, frozen=True):
    """A problem of a rule file: its line, from 1, and its field, such as `rules[0].when`; None for the file."""

    file: str
    line: int
    field: str | None
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {f'{self.field}: ' if self.field else ''}{self.problem}"


class RuleFileError(ValueError):
    """A rule file that cannot be used: one problem per line, as `FILE:LINE: FIELD: problem`."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_rules(text: str, kinds: Kinds, file: str = "rules") -> RuleSet:
    """Read a rule file. Its set is named by the digest of what it says, not of its comments and its order of fields.

    Raises RuleFileError with every problem of its expressions, or the first of its form.
    """
    definition = _definition(text, file)
    problems = [*_doubles(definition), *_groups(definition), *_bands(definition)]
    rules: list[CompiledRule] = []
    for index, rule in enumerate(definition.rules):
        try:
            rules.append(compiled_rule(rule, kinds))
        except FieldError as problem:
            problems.append((f"$.rules[{index}].{problem.field}", f"{rule.id}: {problem}"))
    if problems:
        raise RuleFileError([_problem(text, file, path, problem) for path, problem in problems])
    digest = sha256(_encoder.encode(definition)).hexdigest()
    return RuleSet(definition, digest, tuple(rules), asking(rules, kinds))


def _definition(text: str, file: str) -> RuleFile:
    if len(text) > MAX_FILE:
        problem = f"a rule file may have {MAX_FILE:,} characters, not {len(text):,}"
        raise RuleFileError([RuleProblem(file, 1, None, problem)])
    try:
        return msgspec.convert(tomllib.loads(text), RuleFile)
    except tomllib.TOMLDecodeError as error:
        named = re.search(r"line (\d+)", str(error))
        line = int(named[1]) if named else len(text.splitlines())
        raise RuleFileError([RuleProblem(file, line, None, str(error))]) from error
    except RecursionError as error:
        raise RuleFileError([RuleProblem(file, 1, None, "lists within lists, too many of them")]) from error
    except msgspec.ValidationError as error:
        match = _AT.match(str(error))
        path = (match and match["path"]) or "$"
        problem = match["message"] if match else str(error)
        if unknown := re.search(r"unknown field `([^`]*)`", problem):
            path = f"{path}.{unknown[1]}"
        raise RuleFileError([_problem(text, file, path, problem)]) from error


def _problem(text: str, file: str, path: str, problem: str) -> RuleProblem:
    return RuleProblem(file, line_of(text, path), path.removeprefix("$").removeprefix(".") or None, problem)


def _doubles(definition: RuleFile) -> list[tuple[str, str]]:
    counts = Counter(rule.id for rule in definition.rules)
    seen: set[str] = set()
    problems: list[tuple[str, str]] = []
    for index, rule in enumerate(definition.rules):
        if rule.id in seen:
            problems.append((f"$.rules[{index}].id", f"{counts[rule.id]} rules are named {rule.id}"))
        seen.add(rule.id)
    return problems


def _groups(definition: RuleFile) -> list[tuple[str, str]]:
    return [
        (f"$.rules[{index}].group", f"{rule.id}: there is no group {rule.group} in [groups]")
        for index, rule in enumerate(definition.rules)
        if rule.group is not None and rule.group not in definition.groups
    ]


def _bands(definition: RuleFile) -> list[tuple[str, str]]:
    if 0 < definition.bands.medium < definition.bands.high:
        return []
    return [("$.bands", "medium must be above 0, and high above medium")]
