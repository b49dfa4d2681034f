"""A line of numbers about the job, under the names that Azure's metrics have."""

from collections.abc import Iterable

from local_azure.core.clock import Clock
from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.times import format_instant, timestamp_of
from local_azure.stream_analytics.job.delivery import OutputDelivery


def metrics_line(query: RunningQuery, deliveries: Iterable[OutputDelivery], clock: Clock) -> str:
    """`name=value` pairs. The watermark delay is in Azure's seconds; -1 before anything is known of a partition."""
    counts, mark = query.counts, query.watermark
    values: dict[str, object] = {
        "input_events": counts.events,
        "output_rows": counts.rows,
        "input_errors": counts.input_errors,
        "conversion_errors": counts.conversion_errors,
        "early_events": counts.times.early,
        "late_events": counts.times.late,
        "out_of_order_events": counts.times.out_of_order,
        "events_without_time": counts.times.without_time,
        "watermark": format_instant(mark) if mark else "none",
        "watermark_delay_seconds": f"{clock.timestamp() - timestamp_of(mark):.1f}" if mark else -1,
    }
    for delivery in deliveries:
        values[f"{delivery.output}.delivered"] = delivery.delivered
        values[f"{delivery.output}.pending"] = delivery.pending
        values[f"{delivery.output}.failures"] = delivery.failures
        values[f"{delivery.output}.dropped"] = delivery.dropped
    return "metrics " + " ".join(f"{name}={value}" for name, value in values.items())
