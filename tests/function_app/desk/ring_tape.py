"""A campaign in which a ring buys: four accounts, one article, deep discounts and gift cards at four stores."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from cli.app_client import AppClient
from cli.campaign_tapes import hand_over, play
from fraud.load.plan import CampaignPlan

ACCOUNTS = (7_101, 7_102, 7_103, 7_104)
STORES = (1, 2, 3, 4)
SKU = 424_242
_ROUNDS = 8
_SECONDS = 6
_START = datetime(2026, 1, 2, 10, tzinfo=UTC)


def ring_plan(app: AppClient, folder: Path, name: str, minutes: int) -> str:
    """Hand the tape of the ring to the app; the plan that plays it over an everyday load, as JSON."""
    file = folder / "ring.ndjson"
    file.write_bytes(msgspec.json.Encoder().encode_lines(_sales()))
    stages = [
        {"shape": "constant", "rate": 1, "for": f"{minutes}m"},
        {"shape": "replay", "file": file.name, "for": f"{minutes - 2}m", "start": "0s"},
    ]
    plan = msgspec.convert({"name": name, "seed": 5, "tick": "10s", "stages": stages}, CampaignPlan)
    played = play(plan, folder)
    hand_over(app, played.tapes)
    return msgspec.json.encode(played.plan).decode()


def _sales() -> list[dict[str, object]]:
    sales: list[dict[str, object]] = []
    for number in range(_ROUNDS * len(ACCOUNTS)):
        place = number % len(ACCOUNTS)
        store = STORES[(number // len(ACCOUNTS) + place) % len(STORES)]
        body = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"ring {number}")),
            "event_type": "sale_event",
            "store_id": store,
            "store_ip": f"10.0.{store}.66",
            "cust_id": ACCOUNTS[place],
            "category": "Cables",
            "sku": SKU,
            "price": 950.5,
            "qty": 40,
            "discount": 90,
            "priority_shipping": True,
            "payment_method": "gift_card",
        }
        sales.append({"enqueued_time": _START + timedelta(seconds=_SECONDS * number), "body": body})
    return sales
