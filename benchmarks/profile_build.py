"""The time and memory that the profiles of one day take to build, by the builder of the nightly run.

python -m benchmarks.profile_build [--customers 40000] [--events 400000]
"""

import argparse
import resource
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from activities.profile_spill import DiskSpill
from fraud.identity import quick_fields
from fraud.profiles.building import DayBuilder, bounds
from fraud.profiles.keeping import SHARDS, Others

_AT_ONCE = 20_000
_DAY_MILLISECONDS = 86_400_000
_PAYMENTS = ("upi", "card", "cash")


def measure(customers: int, events: int) -> str:
    """Build a day in which each customer buys as often as any other, and say what it took.

    Beyond the scan is what reading each body into its fields does not take.
    """
    day = date(2026, 1, 2)
    memory_before = _peak_megabytes()
    scan = build = shards = 0.0
    with DiskSpill() as spill:
        builder = DayBuilder(Others(), day, spill)
        for arrivals in _arrivals(day, customers, events):
            began = time.process_time()
            for _ in map(quick_fields, (body for _, body in arrivals)):
                pass
            read = time.process_time()
            builder.add(arrivals)
            scan += read - began
            build += time.process_time() - read
        began = time.process_time()
        builder.finish()
        size = sum(len(builder.customer_shard(number, None)) for number in range(SHARDS))
        size += sum(len(builder.sku_shard(number, None)) for number in range(SHARDS))
        size += len(builder.others().encoded())
        shards = time.process_time() - began
        spilled = spill.largest
    return (
        f"{builder.events:,} events of {builder.customers:,} customers and {builder.skus:,} skus: "
        f"scan {scan:.1f} s of CPU, beyond it {build - scan:.1f} s as they come and {shards:.1f} s by shard, "
        f"{(build - scan + shards) / events * 1e6:.2f} µs an event, "
        f"{_peak_megabytes() - memory_before:,.0f} MB more, {spilled / 1e6:,.0f} MB on the disk at most, "
        f"profiles of {size / 1e6:,.0f} MB"
    )


def _arrivals(day: date, customers: int, events: int) -> Iterator[list[tuple[int, bytes]]]:
    draws = np.random.default_rng(5)
    midnight = int(bounds(day)[0].timestamp() * 1_000)
    for start in range(0, events, _AT_ONCE):
        number = min(_AT_ONCE, events - start)
        columns = (
            draws.integers(customers, size=number),
            draws.integers(max(1, customers * 3 // 20), size=number),
            draws.integers(30, size=number),
            draws.uniform(5, 95, number).round(2),
            draws.integers(1, 4, size=number),
            draws.integers(30, size=number),
            draws.integers(len(_PAYMENTS), size=number),
            draws.integers(9, size=number),
        )
        rows = zip(*(column.tolist() for column in columns), strict=True)
        yield [
            (midnight + 1 + place * (_DAY_MILLISECONDS - 1) // events, _body(place, row))
            for place, row in enumerate(rows, start)
        ]


def _body(place: int, row: tuple[Any, ...]) -> bytes:
    customer, sku, category, price, qty, discount, payment, gateway = row
    store = customer % 40
    return (
        f'{{"id": "e{place}", "event_type": "sale_event", "store_id": {store}, "store_fqdn": "store {store}", '
        f'"store_ip": "10.0.{store}.{gateway}", "cust_id": "c{customer}", "category": "g{category}", "sku": "k{sku}", '
        f'"price": {price}, "qty": {qty}, "discount": {discount}, "priority_shipping": false, '
        f'"payment_method": "{_PAYMENTS[payment]}", "is_return": false}}'
    ).encode()


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024  # kilobytes, on Linux


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_build", description=measure.__doc__)
    parser.add_argument("--customers", type=int, default=40_000)
    parser.add_argument("--events", type=int, default=400_000)
    options = parser.parse_args()
    print(measure(options.customers, options.events))
