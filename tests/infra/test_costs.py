"""The numbers in docs/azure.md and README.md come from infra/sizes.json and the prices that stand beside them."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from fraud.identity import KEYS_PER_STORE, archive_key
from fraud.routing import partition_of
from tests.infra.deployment import ROOT, deploy
from tests.infra.facts import ENDPOINT, METRIC_ALERT, ZONE
from tests.infra.figures import ten_seconds
from tests.infra.hottest import EVENTS, UNITS_OF_A_PARTITION, busiest_share, load
from tests.support.app_index import indexed_functions

QUERY_ALERT = "Microsoft.Insights/scheduledQueryRules"
QUERY_PRICE = 1.50
"""USD a month of an alert that asks every five minutes."""

SIZES: dict[str, dict[str, Any]] = json.loads((ROOT / "infra" / "sizes.json").read_text())
DOCUMENT = (ROOT / "docs" / "azure.md").read_text()
README = (ROOT / "README.md").read_text()
HOURS = 730
LEAST_BATCH, LONGEST_WAIT, CHECKPOINT_EVERY = 200, 2, 5
"""Events, seconds and deliveries: the app settings of modules/function-app.bicep."""
LEAST_SECONDS = 1
"""Of an execution on Flex Consumption that is paid for, however short it is ("Flex Consumption plan hosting")."""
ROW_KILOBYTES = 1.2
"""The size of a row in the logs, estimated."""
MESSAGE_EXECUTIONS = 11
"""Of a message with a full row: the trigger, five activities (two chunks) and five episodes of the orchestration."""
EXECUTION_ROWS = 3
"""Its request, and two lines of the host. An archiver's leaves one: host.json leaves out the others."""
CASES_REQUEST_UNITS = 1_000
STORES = 10
UUID_CHARACTERS = 39
"""Of an id that is a UUID in a row, its quotes and comma counted."""
PART_CHARACTERS = 40_000
"""Of the ids in a row; tests/stream_analytics/test_row_sizes.py holds the query to it."""
UNITS_PER_EVENT = 8
KEY_BYTES = 20e9
"""The most that Cosmos keeps for one value of the partition key."""
SERVERLESS_UNITS = 5_000
"""Request units per second that a serverless container serves for each of its physical partitions."""


def row(start: str, document: str = DOCUMENT) -> list[str]:
    """The cells of the row of a table that begins with a text."""
    line = next(line for line in document.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip().strip("*") for cell in line.strip("|").split("|")]


def prices(start: str) -> list[float]:
    """The prices of a row; each is a link to its source."""
    amounts = re.findall(r"\[(\d+\.\d+)\]\(https://azure\.microsoft\.com/pricing/details/[\w/-]+/\)", row(start)[1])
    assert amounts, start
    return [float(price) for price in amounts]


def price(start: str) -> float:
    return prices(start)[0]


def rate(size: str) -> int:
    """Events a second."""
    return int(SIZES[size]["eventsPerSecond"])


def costs(size: dict[str, Any]) -> dict[str, float]:
    """The monthly cost of a size, by the beginning of its row."""
    units = size["archiveRequestUnits"]
    return {
        "Event Hubs": size["throughputUnits"] * HOURS * price("Event Hubs"),
        "Capture": size["throughputUnits"] * HOURS * price("Capture"),
        "Stream Analytics": size["streamingUnits"] * HOURS * price("Stream Analytics"),
        "Service Bus": price("Service Bus"),
        "Cosmos": (units + CASES_REQUEST_UNITS) / 10 / 100 * HOURS * price("Cosmos") if units else 0,
        "Flex": (size["alwaysReadyArchivers"] + size["alwaysReadyWorkflows"]) * 2 * HOURS * 3600 * price("Flex"),
        "Timers": minutely_timers() * HOURS * 60 * LEAST_SECONDS * 2 * price("Timers"),
        "Alerts": len(deploy().of(METRIC_ALERT)) * prices("Alerts")[0] + len(deploy().of(QUERY_ALERT)) * QUERY_PRICE,
    }


def minutely_timers() -> int:
    """The timers that run every minute, on instances of their own that are paid for while they run."""
    schedules = [str(function.trigger.get("schedule", "")) for function in indexed_functions().values()]
    return sum(re.fullmatch(r"\d+ \* \* \* \* \*", schedule) is not None for schedule in schedules)


def deliveries(size: str) -> float:
    """Deliveries to the archivers an hour: a partition's is as large as the least batch, or waits for two seconds."""
    partitions = SIZES[size]["partitionCount"]
    of_a_partition = rate(size) / partitions
    return 3600 * partitions * min(of_a_partition / LEAST_BATCH, 1 / LONGEST_WAIT)


def ids_of_a_window(size: str) -> int:
    """Ids that a store's window holds at the full rate: 80 % sales, and 10 % of them suspicious."""
    return rate(size) // STORES * 300 * 8 // 10 // 10


def messages(size: str) -> int:
    """Messages with windows an hour: each holds as many ids as a row."""
    return 12 * STORES * -(-ids_of_a_window(size) * UUID_CHARACTERS // PART_CHARACTERS)


def rows(size: str) -> float:
    """Rows in the logs an hour."""
    return deliveries(size) + messages(size) * MESSAGE_EXECUTIONS * EXECUTION_ROWS


def an_hour(size: str) -> dict[str, float]:
    """The cost of an hour at the full rate, beside the standing costs, by the beginning of its row."""
    numbers = SIZES[size]
    millions = rate(size) * 3600 / 1e6
    scaled = (billed_units(size) - numbers["archiveRequestUnits"] / 10) / 100 * price("Cosmos")
    serverless = millions * UNITS_PER_EVENT * price("request units | [")
    return {
        "events taken in": millions * price("events taken in"),
        "request units | [": scaled if numbers["archiveRequestUnits"] else serverless,
        "instances | [": numbers["partitionCount"] * 2 * 3600 * price("instances | ["),
        "checkpoints": deliveries(size) / CHECKPOINT_EVERY / 1e4 * price("checkpoints"),
        "executions": (deliveries(size) + messages(size) * MESSAGE_EXECUTIONS) / 1e6 * price("executions"),
        "telemetry": rows(size) * ROW_KILOBYTES / 1e6 * price("telemetry"),
        "storage for": millions * sum(prices("storage for")),
    }


def billed_units(size: str) -> float:
    """Request units a second at the full rate, as if each partition of the archive were as busy as the hottest."""
    partitions = SIZES[size]["archiveRequestUnits"] // UNITS_OF_A_PARTITION
    skew = busiest_share(archive_key, partitions, load()) * partitions if partitions else 1
    return rate(size) * UNITS_PER_EVENT * skew


@pytest.mark.parametrize(("column", "size"), list(enumerate(SIZES, start=2)), ids=SIZES)
def test_an_hour_at_the_full_rate_adds_up(column: int, size: str):
    computed = an_hour(size)

    for start, amount in computed.items():
        assert float(row(start)[column]) == pytest.approx(amount, abs=0.006), start
    written = float(row("**an hour**")[column])
    assert written == pytest.approx(sum(computed.values()), abs=0.02)
    month = float(row("**sum**")[column]) + HOURS * sum(computed.values())
    assert float(row("**a month of such hours")[column]) == pytest.approx(month, abs=1)


def test_the_archive_that_scales_is_the_cheaper_one_after_as_many_hours_as_the_page_says():
    at_rest = (10_000 + CASES_REQUEST_UNITS) / 10 / 100 * HOURS * price("Cosmos")
    saved = an_hour("demo")["request units | ["] - (rate("demo") * UNITS_PER_EVENT - 1_000) / 100 * price("Cosmos")

    assert f"costs {at_rest:.0f} USD" in DOCUMENT
    assert f"from {at_rest / saved:.0f} hours at the full rate" in DOCUMENT
    assert f"about {SERVERLESS_UNITS / UNITS_PER_EVENT:.0f} events/s" in DOCUMENT
    assert rate("demo") <= SERVERLESS_UNITS / UNITS_PER_EVENT


@pytest.mark.parametrize("size", SIZES)
def test_a_day_at_the_full_rate_leaves_room_in_the_logs_for_twice_as_much(size: str):
    """Once a day's quota is used up, no alert on logs sees anything until the next day."""
    day = 24 * rows(size) * ROW_KILOBYTES / 1e6
    told = re.search(rf"([\d.]+) for `?{size}\b", DOCUMENT.replace("GB for", "for"))

    assert day < SIZES[size]["dailyQuotaGigabytes"] / 2
    assert told
    assert float(told[1]) == pytest.approx(day, abs=0.05)


def test_the_histories_of_a_day_are_one_for_each_message():
    assert f"10k makes some {24 * messages('10k'):,.0f}"[:-3] in DOCUMENT


@pytest.mark.parametrize(("column", "size"), list(enumerate(SIZES, start=1)), ids=SIZES)
def test_the_table_in_the_readme_is_the_short_of_it(column: int, size: str):
    numbers = SIZES[size]
    ids = ids_of_a_window(size)
    days = KEY_BYTES / 1_000 / (rate(size) / STORES / KEYS_PER_STORE) / 86_400
    cells = {start: row(start, README)[column] for start in ("events a second", "partitions", "ids of", "days until")}

    assert cells["events a second"] == f"{rate(size):,}"
    assert cells["partitions"] == str(numbers["partitionCount"])
    assert row("throughput units", README)[column] == f"{numbers['throughputUnits']}, {numbers['streamingUnits']}"
    assert row("instances", README)[column] == str(numbers["maximumInstances"])
    assert row("USD a month", README)[column] == f"{float(row('**sum**')[column + 1]):,.0f}"
    assert row("USD an hour", README)[column] == f"{float(row('**an hour**')[column + 1]):.0f}"
    most = f"{numbers['archiveRequestUnits']:,}" if numbers["archiveRequestUnits"] else "serverless"
    at_rest = float(row("Cosmos, a tenth")[column + 1])
    assert row("request units of the archive", README)[column] == f"{most}: {at_rest:,.0f}"
    assert cells["ids of"] == f"{ids:,}, in {-(-ids * UUID_CHARACTERS // PART_CHARACTERS)} messages"
    assert cells["days until"] == f"{days:.0f}"


@pytest.mark.parametrize(("column", "size"), list(enumerate(SIZES, start=2)), ids=SIZES)
def test_the_standing_costs_of_a_size_add_up(column: int, size: str):
    computed = costs(SIZES[size])

    for start, amount in computed.items():
        assert float(row(start)[column]) == pytest.approx(amount, abs=0.01), start
    written = sum(float(row(start)[column]) for start in computed)
    assert float(row("**sum**")[column].strip("*")) == pytest.approx(written, abs=0.005)
    assert written < SIZES[size]["monthlyBudget"] < 2.5 * written


@pytest.mark.parametrize(("column", "size"), list(enumerate(SIZES, start=1)), ids=SIZES)
def test_the_table_of_sizes_is_what_is_deployed(column: int, size: str):
    numbers = SIZES[size]

    assert int(row("partitions of the hub")[column]) == numbers["partitionCount"]
    assert row("throughput units")[column] == f"{numbers['throughputUnits']}, {numbers['maximumThroughputUnits']}"
    classic = {3: 1, 10: 6, 30: 18}[numbers["streamingUnits"]]
    assert row("streaming units")[column] == f"{numbers['streamingUnits']} ({classic})"
    assert int(row("gigabytes of logs")[column]) == numbers["dailyQuotaGigabytes"]
    units = numbers["archiveRequestUnits"]
    assert row("request units of the archive")[column] == (f"up to {units:,}/s" if units else "serverless")
    assert int(row("archiver instances")[column]) == numbers["alwaysReadyArchivers"]
    assert int(row("workflow instances")[column]) == numbers["alwaysReadyWorkflows"]
    assert int(row("instances of a function")[column]) == numbers["maximumInstances"]


def test_the_page_tells_what_another_size_needs():
    """A hub on Standard keeps its partitions, and Cosmos a tenth of the most that a container ever scaled to."""
    larger = [str(SIZES[size]["partitionCount"]) for size in ("5k", "10k")]
    least = SIZES["10k"]["archiveRequestUnits"] // 10

    assert f"`PARTITION_COUNT={larger[0]}`, `{larger[1]}`" in DOCUMENT
    assert SIZES["5k"]["archiveRequestUnits"] // 10 <= SIZES["1k"]["archiveRequestUnits"] < least
    assert f"10k becomes 1k with `ARCHIVE_REQUEST_UNITS={least}`" in DOCUMENT


def test_what_the_options_add_adds_up():
    network = deploy(vnetEnabled=True)
    endpoint, zone = prices("`VNET_ENABLED` | [")
    day = 86_400 * 1_000 * 1_000 / 1e9  # gigabytes of 1,000 events/s of 1 KB

    added = {start: float(row(start)[2]) for start in ("`VNET_ENABLED` | [", "`EVENT_HUBS_TIER=premium`")}
    assert added["`VNET_ENABLED` | ["] == pytest.approx(
        len(network.of(ENDPOINT)) * HOURS * endpoint + len(network.of(ZONE)) * zone, abs=0.005
    )
    assert added["`EVENT_HUBS_TIER=premium`"] == pytest.approx(HOURS * price("`EVENT_HUBS_TIER=premium`"), abs=0.005)
    assert float(row("`ARCHIVE_REQUEST_UNITS` | as")[2]) == pytest.approx(1_000 / 10 / 100 * HOURS * price("Cosmos"))
    assert float(row("`EVENT_DAYS` | [")[2]) == pytest.approx(day * price("`EVENT_DAYS` | ["))
    assert float(row("`ARCHIVE_BACKUP_DAYS=30`")[2]) == pytest.approx(30 * day * price("`ARCHIVE_BACKUP_DAYS=30`"))
    assert float(row("`DAILY_QUOTA_GIGABYTES` | [")[2]) == pytest.approx(
        HOURS / 24 * price("`DAILY_QUOTA_GIGABYTES` | ["), abs=0.05
    )


def test_a_reader_works_for_each_partition():
    counts = [str(count) for count in sorted({numbers["partitionCount"] for numbers in SIZES.values()})]

    assert f"{', '.join(counts[:-1])} or {counts[-1]} archivers" in DOCUMENT


def busiest(events_a_second: int, partitions: int) -> float:
    """Events per second of the partition that gets most of what a campaign sends."""
    ids = [str(number) for number in range(partitions)]
    sent = Counter(partition_of(event, ids) for event in EVENTS)
    return events_a_second * max(sent.values()) / len(EVENTS)


def test_no_partition_takes_more_than_a_partition_is_good_for():
    """1 MB or 1,000 events a second ("Event Hubs quotas and limits")."""
    for size, numbers in SIZES.items():
        assert busiest(rate(size), numbers["partitionCount"]) < 1_000, size
    written = re.search(r"with 8 and 12 partitions the busiest\s+would take ([\d,]+)\s+and ([\d,]+)", DOCUMENT)
    assert written
    for size, fewer, text in zip(("5k", "10k"), (8, 12), written.groups(), strict=True):
        assert busiest(rate(size), fewer) == pytest.approx(int(text.replace(",", "")), rel=0.05)


def test_ten_seconds_of_backlog_are_those_of_the_busiest_partition():
    for size, numbers in SIZES.items():
        seconds = ten_seconds(numbers) / busiest(rate(size), numbers["partitionCount"])
        assert 8 < seconds < 12, size


def test_a_size_takes_in_the_events_that_it_is_named_after():
    """A throughput unit takes 1,000 events a second."""
    for size, numbers in SIZES.items():
        assert numbers["throughputUnits"] * 1_000 >= rate(size)
        assert numbers["maximumThroughputUnits"] >= numbers["throughputUnits"]
