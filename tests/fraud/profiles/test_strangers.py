"""An answer about strangers is remembered, until the profiles say something else."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from fraud.context.sighting import Sighting, sighting
from fraud.profiles.profiles import Profiles
from tests.fraud.builders import event_body

DAY = datetime(2026, 1, 2, 10, tzinfo=UTC)


def sale(customer: int, **changes: Any) -> Sighting:
    return sighting(msgspec.json.decode(event_body("a", cust_id=customer, **changes)), DAY)


def test_a_customer_is_a_stranger_until_a_day_has_shown_it():
    profiles = Profiles()
    of_nobody, of_the_customer = sale(2), sale(1)
    assert [profiles.is_stranger(each) for each in (of_the_customer, of_nobody)] == [True, True]

    profiles.close_day(DAY.toordinal(), [sale(1)])

    assert [profiles.is_stranger(each) for each in (of_the_customer, of_nobody)] == [False, True]


def test_another_sale_of_a_customer_is_asked_for_by_itself():
    profiles = Profiles()
    profiles.close_day(DAY.toordinal(), [sale(1) for _ in range(5)])
    as_ever, otherwise = sale(1), sale(1, store_id=9, payment_method="visa", category="Toys")

    assert [profiles.is_stranger(each) for each in (as_ever, otherwise, as_ever)] == [False, True, False]
