"""The scenarios by name: frauds and innocent look-alikes, and which of them no tuning may see."""

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from worlds.drafts import RETRY, Draft
from worlds.draws import Draws
from worlds.frauds import accounts, goods, payments, stores
from worlds.lookalikes import changes, customers, occasions
from worlds.market import Market
from worlds.scenes import Story

Cast = Literal["all", "tuning"]
"""`tuning` leaves out what is held out."""


class Fraud(msgspec.Struct, frozen=True):
    """A fraud, and its part of all fraud."""

    story: Story
    weight: float = 1.0


class Occasion(msgspec.Struct, frozen=True):
    """An innocent look-alike, and how often it comes per day, from a day on that counts from 0."""

    story: Callable[[Market, Draws, int], Iterator[Draft]]
    per_day: float
    from_day: int = 0


FRAUDS: dict[str, Fraud] = {
    "account_takeover": Fraud(accounts.account_takeover),
    "new_account_ring": Fraud(accounts.new_account_ring),
    "gift_card_run": Fraud(payments.gift_card_run),
    "price_tag_switch": Fraud(goods.price_tag_switch),
    "return_fraud": Fraud(goods.return_fraud),
    "reseller_bots": Fraud(goods.reseller_bots),
    "below_the_line": Fraud(payments.below_the_line),
    "store_impersonation": Fraud(stores.store_impersonation),
    "id_reuse": Fraud(stores.id_reuse),
    "promo_code_abuse": Fraud(payments.promo_code_abuse),
    "staff_abuse": Fraud(stores.staff_abuse, 0.5),
    "slow_drip": Fraud(accounts.slow_drip, 0.5),
    "triangulation": Fraud(accounts.triangulation),
    "card_testing": Fraud(accounts.card_testing),
    "friendly_fraud": Fraud(goods.friendly_fraud, 0.5),
}

OCCASIONS: dict[str, Occasion] = {
    "gift_card_spree": Occasion(customers.gift_card_spree, 10),
    "family_on_holiday": Occasion(customers.family_on_holiday, 9),
    "bulk_buyer": Occasion(customers.bulk_buyer, 8),
    "change_of_mind": Occasion(customers.change_of_mind, 6),
    "staff_sale": Occasion(occasions.staff_sale, 0.8),
    "flash_sale": Occasion(occasions.flash_sale, 1.0),
    "store_opening": Occasion(occasions.store_opening, 1.0, from_day=3),
    "newsletter_voucher": Occasion(occasions.newsletter_voucher, 1.0),
    "sign_up_day": Occasion(occasions.sign_up_day, 1.0),
}

CHANGES = (changes.RELOCATION, changes.FAILOVER, changes.PROVIDER_CHANGE)
LOOKALIKES = (*OCCASIONS, *CHANGES, RETRY)

HELD_OUT = frozenset({"triangulation", "card_testing", "friendly_fraud", "change_of_mind", "sign_up_day"})
EVASIVE = frozenset({"staff_abuse", "slow_drip"})
"""Frauds of which nobody expects that a ring is always found."""


def cast_of(cast: Cast) -> tuple[dict[str, Fraud], dict[str, Occasion]]:
    """The frauds and the occasions of a world for tuning, or of any other one."""
    left_out: frozenset[str] = HELD_OUT if cast == "tuning" else frozenset()
    frauds = {name: fraud for name, fraud in FRAUDS.items() if name not in left_out}
    return frauds, {name: occasion for name, occasion in OCCASIONS.items() if name not in left_out}
