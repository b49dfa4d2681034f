"""The app's functions, indexed as the Functions worker does it."""
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# azure-functions types its function objects in part only.

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from function_app import app


class IndexedFunction(msgspec.Struct, frozen=True):
    """A function as the host learns of it."""

    trigger: dict[str, Any]
    retry: dict[str, Any] | None
    call: Callable[..., Any]
    """The function that the host calls."""


@cache
def indexed_functions() -> dict[str, IndexedFunction]:
    """Every function by name. Indexed once: asked again, the SDK takes each name for a duplicate of itself."""
    return {
        str(function.get_function_name()): IndexedFunction(
            trigger=dict(function.get_trigger().get_dict_repr()),  # type: ignore[union-attr] # an index has triggers
            retry=function.get_settings_dict("retry_policy"),
            call=function.get_user_function(),
        )
        for function in app.get_functions()
    }
