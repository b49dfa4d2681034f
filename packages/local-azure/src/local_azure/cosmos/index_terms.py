"""The terms that a document has in the indexes which its container's policy asks for: what its writes are charged by.

A term is a value at the end of a path: a string, a number, a boolean or null; each element of an array is one. Azure
keeps them all, whatever this part has an index for. https://learn.microsoft.com/azure/cosmos-db/index-overview
"""

# JSON values are known by what they are, not by static types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from typing import Any

from local_azure.cosmos.path_index import Policy

_SYSTEM = {"_rid", "_self", "_etag", "_attachments", "_ts"}
_ELEMENT = "[]"
_ABSENT: dict[str, Any] = {}


class _Branch:
    """A part of the policy's tree of paths: if a value here counts, if what has no branch of its own does."""

    def __init__(self, counts: bool, others: bool) -> None:
        self.counts = counts
        self.others = others
        self.branches: dict[str, _Branch] = {}

    def below(self, name: str) -> "_Branch":
        """The branch that decides on a property of what lies here."""
        return self.branches.get(name) or (_EVERYTHING if self.others else _NOTHING)


_EVERYTHING, _NOTHING = _Branch(counts=True, others=True), _Branch(counts=False, others=False)


class Terms:
    """Counts the terms of documents under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._root = _Branch(counts=False, others=False)
        # The shorter paths first: a longer one decides what lies below it.
        for path, included in sorted(policy.entries, key=lambda entry: (len(entry[0]), entry[0][-1:] == ("?",))):
            self._enter(path, included)
        self._composite = sum(len(index.columns) > 1 for index in policy.named)
        self._of_system = sum(policy.covers((name,)) for name in _SYSTEM)

    def of(self, document: dict[str, Any]) -> int:
        """The terms of a document as it is stored, but for those of the system properties."""
        return _count(document, self._root) - self._of_system + self._composite

    def changed(self, old: dict[str, Any], new: dict[str, Any]) -> int:
        """The terms that a replacement changes, without the system properties; one that comes or goes counts as one."""
        names = (old.keys() | new.keys()) - _SYSTEM
        return sum(_changed(old.get(name, _ABSENT), new.get(name, _ABSENT), self._root.below(name)) for name in names)

    def _enter(self, path: tuple[str, ...], included: bool) -> None:
        branch = self._root
        for name in path[:-1]:
            branch = branch.branches.setdefault(name, _Branch(branch.others, branch.others))
        if path[-1:] == ("?",):
            branch.counts = included
        elif path[-1:] == ("*",):
            branch.counts = branch.others = included


def _count(value: Any, branch: _Branch) -> int:
    if type(value) is dict:
        if not branch.others:
            count = 0
            for name, each in branch.branches.items():
                if name in value:
                    inner = value[name]
                    # Most are plain values, which need no call of their own.
                    count += _count(inner, each) if type(inner) is dict or type(inner) is list else each.counts
            return count
        # All of it, but for what the branches decide otherwise: they are few.
        count = _leaves(value)
        for name, each in branch.branches.items():
            if name in value:
                count += _count(value[name], each) - _leaves(value[name])
        return count
    if type(value) is list:
        below = branch.below(_ELEMENT)
        return sum(_count(each, below) for each in value)
    return branch.counts


def _leaves(value: Any) -> int:
    """The terms of a value below which all count."""
    if type(value) is dict:
        value = value.values()
    elif type(value) is not list:
        return 1
    count = len(value)
    for each in value:
        if type(each) is dict or type(each) is list:
            count += _leaves(each) - 1
    return count


def _changed(old: Any, new: Any, branch: _Branch) -> int:
    if old == new:
        return 0
    if type(old) is dict and type(new) is dict:
        names = old.keys() | new.keys()
        return sum(_changed(old.get(name, _ABSENT), new.get(name, _ABSENT), branch.below(name)) for name in names)
    return max(_count(old, branch), _count(new, branch))
