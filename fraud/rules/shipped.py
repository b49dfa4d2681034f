"""The rule sets that come with the app, and those that came with it before, read once from the package's own files."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fraud.context.schema import KINDS
from fraud.rules.reading import read_rules
from fraud.rules.rule_set import RuleSet


@cache
def shipped() -> dict[str, RuleSet]:
    """Every set of `fraud/rule_sets` by its name. Raises RuleFileError: an app with a wrong set must not start."""
    sets = [read_rules(file.read_text("utf-8"), KINDS, file.name) for file in _files()]
    return {rules.definition.name: rules for rules in sets}


@cache
def retired() -> dict[str, RuleSet]:
    """Every set of `fraud/rule_sets/retired` by its id: what verdicts name that were given before a set was changed."""
    sets = [read_rules(file.read_text("utf-8"), KINDS, file.name) for file in _files("retired")]
    return {rules.id: rules for rules in sets}


def text_of_shipped(name: str) -> str:
    """The file of a set that comes with the app, by the set's name."""
    return (files("fraud") / "rule_sets" / f"{name}.toml").read_text("utf-8")


def _files(*within: str) -> list[Traversable]:
    folder = (files("fraud") / "rule_sets").joinpath(*within)
    return sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)


def set_named(name: str) -> RuleSet | None:
    """The set that a verdict names, such as `seed@3f2a9c01b4d7`; None if this version of the app does not have it."""
    return next((rules for rules in shipped().values() if rules.id == name), None) or retired().get(name)


def set_of_window(name: str) -> RuleSet | None:
    """The set that a window began with, by its id; None if this version of the app does not have it.

    A name alone means the set as it is shipped: windows began with names before they began with ids.
    """
    return shipped().get(name) or set_named(name)


def set_begun_with(name: str, task: str) -> RuleSet:
    """The set that a task began with, as `set_of_window`. Raises LookupError, with what to do, if it is not there."""
    if rules := set_of_window(name):
        return rules
    raise LookupError(
        f"{task} began with the rule set {name!r}, which this version does not have: put its file back into "
        "fraud/rule_sets/retired, or terminate the instance and repair the reconciliation of its day"
    )


SEED = shipped()["seed"]
"""The set of single fields: it asks an event about itself, and needs no context."""

DEFAULT = "context"
"""The name of the set that judges windows, unless a setting names another."""

FOR_FILES = shipped()["context"]
"""The set that judges a file of events, where context is always at hand."""
