"""The truth about a file of events: labels such as `detective world` writes beside it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from cli.app_client import AppError
from fraud.replay.arrivals import Arrival
from fraud.replay.replay import ReplayVerdict
from fraud.suspicion import is_suspicious
from fraud.windows import window_of


class PlaceLabel(msgspec.Struct, frozen=True):
    """The truth about the event at a place of the file, which counts from 0."""

    id: str
    place: int
    fraud: bool


class BandQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Precision and recall of the verdicts from a band on, against labels. A share of nothing is None.

    `recall` is of the fraud that was judged: what the stream job never flags, no rule sees.
    """

    band: str
    verdicts: int
    precision: float | None
    recall: float | None


class FraudLabels:
    """Which verdicts are on fraud. Each label comes with where it stands; AppError names that of another event.

    `fraud_sales` and those of them that were `never_flagged` are of the days that are judged, as verdicts are.
    """

    def __init__(
        self, arrivals: Sequence[Arrival], labels: Iterable[tuple[str, PlaceLabel]], history_days: int
    ) -> None:
        days = (window_of(arrival.enqueued).start.date() for arrival in arrivals)
        judged_from = min(days) + timedelta(days=history_days)
        self._frauds: set[tuple[str, str]] = set()
        self.fraud_sales, self.never_flagged = 0, 0
        for where, label in labels:
            event = arrivals[label.place].event if 0 <= label.place < len(arrivals) else None
            if event is None or event.get("id") != label.id:
                raise AppError(f"{where}: the label of place {label.place} is not of the event there: {label.id}")
            if not label.fraud:
                continue
            enqueued = arrivals[label.place].enqueued
            self._frauds.add((label.id, enqueued.isoformat()))
            if event.get("event_type") == "sale_event" and window_of(enqueued).start.date() >= judged_from:
                self.fraud_sales += 1
                self.never_flagged += not is_suspicious(
                    event.get("event_type"), event.get("discount"), event.get("priority_shipping")
                )

    def is_fraud(self, verdict: ReplayVerdict) -> bool:
        """True if a verdict is on fraud."""
        return (verdict.id, verdict.enqueued_time) in self._frauds

    def found(self, verdicts: Iterable[ReplayVerdict]) -> tuple[BandQuality, ...]:
        """The figures of the verdicts that are high, and of those that are medium or high."""
        told = [(verdict.band, self.is_fraud(verdict)) for verdict in verdicts]
        return tuple(
            _found(
                " or ".join(bands), [truth for band, truth in told if band in bands], sum(truth for _, truth in told)
            )
            for bands in (("high",), ("medium", "high"))
        )


def _found(band: str, truths: list[bool], frauds: int) -> BandQuality:
    return BandQuality(
        band=band,
        verdicts=len(truths),
        precision=sum(truths) / len(truths) if truths else None,
        recall=sum(truths) / frauds if frauds else None,
    )


def truth_of(name: str, arrivals: Sequence[Arrival], history_days: int) -> FraudLabels:
    """The truth in a file of labels, one JSON object per line with `id`, `place` and `fraud`. Raises AppError."""
    try:
        lines = Path(name).read_bytes().splitlines()
    except OSError as error:
        raise AppError(f"{name} cannot be read: {error.strerror}") from error
    return FraudLabels(arrivals, _labels(name, lines), history_days)


def _labels(name: str, lines: Sequence[bytes]) -> Iterator[tuple[str, PlaceLabel]]:
    read = msgspec.json.Decoder(PlaceLabel).decode
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            yield where, read(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise AppError(f"{where} is not a label as `detective world` writes it: {error}") from error
