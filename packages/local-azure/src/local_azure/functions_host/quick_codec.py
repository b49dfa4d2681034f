"""Lets the Durable SDK's codec ask for its setting without a look into the environment for each value.

The codec of `azure.functions` looks twice whether it is strict for each value that it reads or writes: 160,000 times in
the replays of a chain of 400 activities. What `os.environ` holds is a dictionary; if the setting is absent, as it is
nearly always, a look at that tells so. An app that sets it later is heeded as before.
"""

import os
from importlib import import_module
from typing import Any

_SETTING = "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"


def ask_for_the_codec_quickly() -> None:
    """Give the codec the shorter way, if this version of the SDK has the setting. Done twice, it does nothing."""
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
