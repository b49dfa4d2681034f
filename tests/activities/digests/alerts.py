"""Alerts that wait for a digest, and a webhook that takes digests."""

from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web

from activities.alert_fraud_team import alert_fraud_team
from fraud.analysis import WindowSummary
from fraud.desk.digests import AlertDigest
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW

LATER = WINDOW.end.replace(year=2031)


class Receiver:
    """A webhook that remembers the bodies by their keys; it refuses as long as it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.taken: list[tuple[str, dict[str, Any]]] = []

    async def take(self, request: web.Request) -> web.Response:
        """Take a post."""
        if self.is_away:
            return web.Response(status=503)
        self.taken.append((request.headers["Idempotency-Key"], msgspec.json.decode(await request.read())))
        return web.Response()

    @property
    def digests(self) -> list[AlertDigest]:
        """The posted JSON."""
        return [msgspec.convert(body, AlertDigest) for _, body in self.taken]


def alert(number: int, store: int = 3, **bands: int) -> WindowSummary:
    return WindowSummary(
        name=f"window-{store}-x{number}",
        store_id=store,
        window_start=LATER - timedelta(minutes=5),
        window_end=LATER,
        suspicious=sum(bands.values()),
        bands={"high": 0, **bands},
        max_score=10 * number,
        verdicts_blob="fraud-events/x.ndjson",
    )


async def told(*alerts: WindowSummary) -> None:
    for each in alerts:
        await alert_fraud_team(each)
