"""The functions of Bicep that infra/ calls."""

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

from tests.infra.bicep.values import BicepError, Runtime

UNIQUE = "abcdefghijklm"
"""What `uniqueString` gives: 13 lower-case letters or digits."""


def _fail(message: str) -> Any:
    raise BicepError(message)


def _concat(*parts: list[Any]) -> list[Any]:
    return [item for part in parts for item in part]


def _guid(*parts: str) -> str:
    return f"guid({', '.join(parts)})"


def _map(items: list[Any], function: Callable[[Any], Any]) -> list[Any]:
    return [function(item) for item in items]


def _subscription_resource_id(kind: str, name: str) -> str:
    return f"{kind}/{name}"


def _union(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _unique_string(*_: str) -> str:
    return UNIQUE


def _utc_now(_: str) -> str:
    return "2026-01-01"


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "concat": _concat,
    "empty": operator.not_,
    "environment": lambda: Runtime("<environment>"),
    "fail": _fail,
    "guid": _guid,
    "map": _map,
    "max": max,
    "subscription": lambda: Runtime("<subscription>"),
    "subscriptionResourceId": _subscription_resource_id,
    "tenant": lambda: Runtime("<tenant>"),
    "toLower": str.lower,
    "union": _union,
    "uniqueString": _unique_string,
    "utcNow": _utc_now,
}
LOADERS: dict[str, Callable[[str], Any]] = {"loadJsonContent": json.loads, "loadTextContent": str}
NAMESPACES = frozenset({"az", "sys"})
