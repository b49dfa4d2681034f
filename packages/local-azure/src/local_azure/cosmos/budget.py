"""Provisioned throughput as a bound, if it is enforced: a container that has spent its RU/s answers 429.

As on Azure an operation runs whatever it costs, and those after it wait until its debt is paid. Azure divides the RU/s
among the partition key ranges of a container; here they are one sum. Seconds are Azure's.
https://learn.microsoft.com/azure/cosmos-db/request-units
"""

import msgspec

from local_azure.core.clock import Clock
from local_azure.cosmos.errors import throttled
from local_azure.cosmos.offers import Offers


class _Account(msgspec.Struct):
    """The RU that are left, and the time at which they were."""

    left: float
    at: float


class Budgets:
    """The RU of each container, or database whose containers share them, by the number of the resource."""

    def __init__(self, offers: Offers, clock: Clock, *, enforced: bool) -> None:
        self._offers = offers
        self._clock = clock
        self._enforced = enforced
        self._accounts: dict[int, _Account] = {}

    def check(self, container: int, database: int) -> None:
        """429 with the time to wait, if what the container may spend is spent."""
        if not self._enforced:
            return
        number = container if self._offers.has(container) else database
        amount = self._offers.amount(number)
        now = self._clock.timestamp()
        account = self._accounts.setdefault(number, _Account(amount, now))
        account.left = min(amount, account.left + (now - account.at) * amount)
        account.at = now
        if account.left <= 0:
            wait = self._clock.real_seconds(-account.left / amount)
            raise throttled(1 + int(wait * 1_000), f"the {amount} RU/s that it was given are spent")

    def spend(self, container: int, database: int, charge: float) -> None:
        """Take what an operation has cost."""
        if self._enforced:
            self._accounts[container if self._offers.has(container) else database].left -= charge
