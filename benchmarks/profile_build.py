"""The time and memory that the profiles of one day take to build, by the builder of the nightly run.

python -m benchmarks.profile_build [--customers 40000] [--events 400000]
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from random import Random

from activities.profile_spill import DiskSpill
from fraud.identity import quick_fields
from fraud.profiles.building import DayBuilder, bounds
from fraud.profiles.keeping import SHARDS, Others

_AT_ONCE = 20_000
_DAY_MILLISECONDS = 86_400_000


def measure(customers: int, events: int) -> str:
    """Build a day in which each customer buys as often as any other, and say what it took.

    Beyond the scan is what reading each body into its fields does not take.
    """
    day = date(2026, 1, 2)
    memory_before = _peak_megabytes()
    scan = build = shards = 0.0
    all_arrivals = _arrivals(day, customers, events)
    with DiskSpill() as spill:
        builder = DayBuilder(Others(), day, spill)
        while arrivals := list(islice(all_arrivals, _AT_ONCE)):
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
        spilled = spill.size
    return (
        f"{builder.events:,} events of {builder.customers:,} customers and {builder.skus:,} skus: "
        f"scan {scan:.1f} s of CPU, beyond it {build - scan:.1f} s as they come and {shards:.1f} s by shard, "
        f"{(build - scan + shards) / events * 1e6:.2f} µs an event, "
        f"{_peak_megabytes() - memory_before:,.0f} MB more, {spilled / 1e6:,.0f} MB on the disk, "
        f"profiles of {size / 1e6:,.0f} MB"
    )


def _arrivals(day: date, customers: int, events: int) -> Iterator[tuple[int, bytes]]:
    draws = Random(5)
    midnight = int(bounds(day)[0].timestamp() * 1_000)
    for number in range(events):
        customer = draws.randrange(customers)
        event = {
            "id": f"e{number}",
            "event_type": "sale_event",
            "store_id": customer % 40,
            "store_fqdn": f"store {customer % 40}",
            "cust_id": f"c{customer}",
            "sku": f"k{draws.randrange(max(1, customers * 3 // 20))}",
            "category": f"g{draws.randrange(30)}",
            "price": round(draws.uniform(5, 95), 2),
            "qty": draws.randint(1, 3),
            "discount": draws.randrange(30),
            "priority_shipping": False,
            "is_return": False,
            "payment_method": draws.choice(("upi", "card", "cash")),
            "store_ip": f"10.0.{customer % 40}.{draws.randrange(9)}",
        }
        yield midnight + 1 + number * (_DAY_MILLISECONDS - 1) // events, json.dumps(event).encode()


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024  # kilobytes, on Linux


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_build", description=measure.__doc__)
    parser.add_argument("--customers", type=int, default=40_000)
    parser.add_argument("--events", type=int, default=400_000)
    options = parser.parse_args()
    print(measure(options.customers, options.events))
