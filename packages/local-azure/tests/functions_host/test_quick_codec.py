"""The shorter way to the codec's setting heeds it whenever it is set."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from local_azure.functions_host.quick_codec import ask_for_the_codec_quickly

CODEC: Any = import_module("azure.functions._durable_functions")


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    ask_for_the_codec_quickly()
    ask_for_the_codec_quickly()
    yield
    CODEC._is_strict_mode = CODEC.is_strict_slowly
    del CODEC.is_strict_slowly


@pytest.mark.parametrize("text", [None, "", "0", "1", " true ", "no", "YES"])
def test_the_setting_is_heeded_as_the_sdk_heeds_it(text: str | None, monkeypatch: pytest.MonkeyPatch):
    name = "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"
    if text is None:
        monkeypatch.delenv(name, raising=False)
    else:
        monkeypatch.setenv(name, text)

    assert CODEC._is_strict_mode() == CODEC.is_strict_slowly()
    assert CODEC._is_strict_mode() == (text in ("1", " true ", "YES"))
