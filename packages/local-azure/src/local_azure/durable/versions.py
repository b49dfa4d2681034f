"""The instances that a deployment works on, by the version that they were started with.

The rules are those of host.json's `versionMatchStrategy`; versions compare as .NET compares them: by numbers where both
are dotted numbers, as text without case where they are not, and no version is older than any: a deployment without one
of its own leaves every instance that was started with a version.
"""

import re
from enum import Enum

_NUMBERS = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}")


class VersionMatch(Enum):
    """The versions that are worked on."""

    NONE = "None"
    """All."""
    STRICT = "Strict"
    """The deployment's own only."""
    CURRENT_OR_OLDER = "CurrentOrOlder"
    """The deployment's own and older ones."""


def accepts(match: VersionMatch, own: str | None, version: str | None) -> bool:
    """True if a deployment of version `own` works on an instance of `version`."""
    if match is VersionMatch.NONE:
        return True
    order = _compare((version or "").strip(), (own or "").strip())
    return order == 0 or (order < 0 and match is VersionMatch.CURRENT_OR_OLDER)


def _compare(left: str, right: str) -> int:
    if _NUMBERS.fullmatch(left) and _NUMBERS.fullmatch(right):
        ours, theirs = ([int(part) for part in text.split(".")] for text in (left, right))
        return (ours > theirs) - (ours < theirs)
    return (left.lower() > right.lower()) - (left.lower() < right.lower())
