"""The shorter ways of the codec lead where the longer ones do, and the setting is heeded whenever it is set."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from local_azure.functions_host.quick_codec import make_the_codec_quick

CODEC: Any = import_module("azure.functions._durable_functions")


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    make_the_codec_quick()
    make_the_codec_quick()
    yield
    CODEC._is_strict_mode = CODEC.is_strict_slowly
    CODEC.json = json
    del CODEC.is_strict_slowly


class Coin:
    """A custom object as the SDK writes it."""

    def __init__(self, worth: int) -> None:
        self.worth = worth

    def to_json(self) -> dict[str, int]:
        """Its members."""
        return {"worth": self.worth}

    @staticmethod
    def from_json(members: dict[str, int]) -> "Coin":
        """The coin of these members."""
        return Coin(members["worth"])


@pytest.mark.parametrize("text", [None, "", "0", "1", " true ", "no", "YES"])
def test_the_setting_is_heeded_as_the_sdk_heeds_it(text: str | None, monkeypatch: pytest.MonkeyPatch):
    name = "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"
    if text is None:
        monkeypatch.delenv(name, raising=False)
    else:
        monkeypatch.setenv(name, text)

    assert CODEC._is_strict_mode() == CODEC.is_strict_slowly()
    assert CODEC._is_strict_mode() == (text in ("1", " true ", "YES"))


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "-0",
        "1e400",
        "NaN",
        '"a"',
        "null",
        " [1, 2] \n",
        '{"a": {"b": []}}',
        "",
        " ",
        "1 2",
        "[1,",
        "\ufeff1",
        "nul",
    ],
)
def test_a_text_is_read_as_json_reads_it(text: str):
    assert _outcome(lambda: CODEC.df_loads(text)) == _outcome(lambda: json.loads(text))


@pytest.mark.parametrize("value", [5, -(10**30), True, None, 0.1, float("nan"), "é", [1, {"a": (2,)}], {1: 2}, {1, 2}])
def test_a_value_is_written_as_json_writes_it(value: object):
    written = _outcome(lambda: json.dumps(value, default=CODEC._serialize_custom_object))

    assert _outcome(lambda: CODEC.df_dumps(value)) == written


def test_bytes_are_read_too():
    assert CODEC.df_loads(b"[5]") == [5]


@pytest.mark.filterwarnings("ignore:.*loose-mode:DeprecationWarning")
def test_a_custom_object_inside_a_value_comes_back_as_one():
    text = CODEC.df_dumps([Coin(5)])

    assert [(type(coin), coin.worth) for coin in CODEC.df_loads(text)] == [(Coin, 5)]


def _outcome(call: Any) -> tuple[str, str]:
    try:
        return "gives", repr(call())
    except Exception as error:  # noqa: BLE001 - any error has to be the same
        return type(error).__name__, str(error)
