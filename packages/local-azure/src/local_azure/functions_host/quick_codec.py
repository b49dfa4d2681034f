"""Lets the Durable SDK's codec read and write a value in half of the time, with the same result.

The codec of `azure.functions` looks twice into the environment whether it is strict for each value that it reads or
writes, and gives `json` a hook each time, for which `json` makes a reader or writer anew: 160,000 looks and as many
readers and writers in the replays of a chain of 400 activities. What `os.environ` holds is a dictionary; if the setting
is absent, as it is nearly always, a look at that tells so. An app that sets it later is heeded as before. A reader is
kept for each hook, and a whole number needs no writer. What is not plain goes the way it went.
"""

import json
import os
from importlib import import_module
from typing import Any

_SETTING = "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"


class _QuickJson:
    """`json` as the codec uses it."""

    def __init__(self) -> None:
        self._readers: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(json, name)

    def loads(self, text: Any, *, object_hook: Any = None, **options: Any) -> Any:
        """A text's value."""
        if type(text) is not str or options:
            return json.loads(text, object_hook=object_hook, **options)
        reader = self._readers.get(object_hook)
        if reader is None:
            reader = self._readers.setdefault(object_hook, json.JSONDecoder(object_hook=object_hook))
        try:
            value, end = reader.scan_once(text, 0)
        except StopIteration:
            value, end = None, -1
        if end == len(text):
            return value
        # Spaces around it, or no JSON: `json` has the words for it.
        return json.loads(text, object_hook=object_hook)

    def dumps(self, value: Any, **options: Any) -> str:
        """A value's text."""
        return repr(value) if type(value) is int else json.dumps(value, **options)


def make_the_codec_quick() -> None:
    """Give the codec the shorter ways, if this version of the SDK has the setting. Done twice, it does nothing."""
    codec: Any = import_module("azure.functions._durable_functions")
    is_strict: Any = getattr(codec, "_is_strict_mode", None)
    environment: Any = os.environ
    kept: Any = getattr(environment, "_data", None)
    if is_strict is None or kept is None or hasattr(codec, "is_strict_slowly"):
        return
    codec.is_strict_slowly = is_strict
    name = environment.encodekey(_SETTING)

    def is_strict_quickly() -> bool:
        return name in kept and is_strict()

    codec._is_strict_mode = is_strict_quickly
    codec.json = _QuickJson()
