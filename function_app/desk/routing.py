"""The pages of the desk by method and path: `workflows/one/act` and so on, with names in braces for what varies."""

import re
from collections.abc import Mapping

import msgspec

from function_app.desk.visit import View

Routes = Mapping[tuple[str, str], View]
_PLACE = re.compile(r"\\{([a-z]+)(\\\*)?\\}")
"""A segment, `{id}`, or all that follows, `{path*}`, as `re.escape` writes them."""


class ViewMatch(msgspec.Struct, frozen=True):
    """A view, and the values of its path."""

    view: View
    values: dict[str, str]


class ViewTable:
    """Routes, the first that fits wins."""

    def __init__(self, routes: Routes) -> None:
        self._routes = [(method, _compiled(path), view) for (method, path), view in routes.items()]

    def find(self, method: str, path: str) -> ViewMatch | frozenset[str]:
        """The view of a path below `/desk`; if none takes the method, the methods that the path has, if any."""
        allowed: set[str] = set()
        for its_method, pattern, view in self._routes:
            if match := pattern.fullmatch(path.strip("/")):
                if its_method == method:
                    # The host leaves an encoded slash encoded.
                    values = {
                        name: re.sub("%2F", "/", text, flags=re.IGNORECASE) for name, text in match.groupdict().items()
                    }
                    return ViewMatch(view, values)
                allowed.add(its_method)
        return frozenset(allowed)


def _compiled(path: str) -> re.Pattern[str]:
    def place(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{'.' if match[2] else '[^/]'}{{1,2048}})"

    return re.compile(_PLACE.sub(place, re.escape(path)), re.DOTALL)
