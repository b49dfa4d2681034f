"""Provisioned throughput: what a client asks for, and the offer that says so.

It decides how many ranges a container has and what `get_throughput` answers, and bounds what a container may spend
where the part enforces it (`budget.py`).
https://learn.microsoft.com/azure/cosmos-db/concepts-limits#provisioned-throughput
"""

import math
from typing import Protocol, cast

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.wire import JsonObject, JsonValue

DEFAULT_THROUGHPUT = 400
MAX_THROUGHPUT = 1_000_000
_ONE_RANGE = 10_000
_MANUAL_RANGE = 6_000


class _Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...


class Throughput(msgspec.Struct, frozen=True):
    """RU/s: fixed, or the most that autoscale may reach. 400 if Azure has no such throughput.

    `increment` is the percentage by which Azure may raise the most; here it is kept and told.
    """

    amount: int
    autoscale: bool = False
    increment: int | None = None

    def __post_init__(self) -> None:
        lowest, step = (1_000, 1_000) if self.autoscale else (400, 100)
        if self.autoscale and self.amount < lowest:
            raise bad_request(
                f"Requested throughput {self.amount} is less than required minimum throughput {lowest}: the maximum "
                f"of an autoscale throughput is {lowest} to {MAX_THROUGHPUT} RU/s."
            )
        if not lowest <= self.amount <= MAX_THROUGHPUT or self.amount % step:
            kind = "The maximum of an autoscale throughput" if self.autoscale else "A throughput"
            raise bad_request(
                f"{kind} is {lowest} to {MAX_THROUGHPUT} RU/s in steps of {step}, not {self.amount}: the value of "
                "offer throughput specified is not in the range of supported throughput."
            )

    @property
    def ranges(self) -> int:
        """The number of ranges that a container starts with."""
        if self.amount <= _ONE_RANGE:
            return 1
        return math.ceil(self.amount / (_ONE_RANGE if self.autoscale else _MANUAL_RANGE))

    def content(self) -> JsonObject:
        """The `content` of an offer."""
        content: JsonObject = {
            "offerThroughput": self.amount // 10 if self.autoscale else self.amount,
            "offerIsRUPerMinuteThroughputEnabled": False,
        }
        if self.autoscale:
            settings: JsonObject = {"maxThroughput": self.amount}
            if self.increment is not None:
                settings["autoUpgradePolicy"] = {"throughputPolicy": {"incrementPercent": self.increment}}
            content["offerAutopilotSettings"] = settings
        return content


def of_headers(headers: _Headers) -> Throughput | None:
    """The throughput that a creation asks for, None if it asks for none."""
    autoscale = headers.get("x-ms-cosmos-offer-autopilot-settings")
    manual = headers.get("x-ms-offer-throughput")
    if autoscale and manual:
        raise bad_request("A creation asks for manual or for autoscale throughput, not for both.")
    if autoscale:
        try:
            settings: object = msgspec.json.decode(autoscale)
        except msgspec.DecodeError as problem:
            raise bad_request(f"x-ms-cosmos-offer-autopilot-settings is not valid JSON: {problem}") from problem
        return _of_settings(cast(JsonValue, settings))
    return None if not manual else _manual(manual)


def of_content(content: JsonValue) -> Throughput:
    """The throughput in the `content` of an offer that replaces another."""
    if not isinstance(content, dict):
        raise bad_request("An offer needs a 'content' with an 'offerThroughput' or 'offerAutopilotSettings'.")
    if content.get("offerAutopilotSettings"):
        return _of_settings(content["offerAutopilotSettings"])
    return _manual(content.get("offerThroughput"))


def _of_settings(settings: JsonValue) -> Throughput:
    amount = settings.get("maxThroughput") if isinstance(settings, dict) else None
    if not isinstance(settings, dict) or type(amount) is not int:
        raise bad_request("Autoscale settings need a 'maxThroughput', a whole number of RU/s.")
    return Throughput(amount, autoscale=True, increment=_increment(settings.get("autoUpgradePolicy")))


def _increment(policy: JsonValue) -> int | None:
    if policy is None:
        return None
    throughput = policy.get("throughputPolicy") if isinstance(policy, dict) else None
    percent = throughput.get("incrementPercent") if isinstance(throughput, dict) else None
    if type(percent) is not int or percent < 0:
        raise bad_request("An 'autoUpgradePolicy' needs a 'throughputPolicy' with an 'incrementPercent' from 0 up.")
    return percent


def _manual(value: JsonValue) -> Throughput:
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 10:
        value = int(value)
    if type(value) is not int:
        raise bad_request("A throughput is a whole number of RU/s.")
    return Throughput(value)
