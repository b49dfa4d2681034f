"""All facts of an event: from itself, from look-ups around it, and from the profiles of the days before. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fraud.context.customer_facts import customer_facts
from fraud.context.event_facts import event_facts
from fraud.context.look_ups import LookUps
from fraud.context.near_lines import LINES, below_a_line, below_round
from fraud.context.price_facts import price_facts
from fraud.context.shelf_facts import Shelf
from fraud.context.sighting import GIFT_CARD, Sighting
from fraud.context.sku_facts import sku_facts
from fraud.context.store_facts import store_facts
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value


def facts_of(
    event: Mapping[str, Any],
    seen: Sighting,
    look_ups: LookUps,
    profiles: Profiles,
    day: date,
    *,
    shelf: Shelf | None = None,
) -> dict[str, Value]:
    """Every fact that can be told of an event, for the window that began on `day`. Never raises.

    `seen` is its sighting; `shelf` is that of its store and category, of which nothing was seen without one.
    The same event, look-ups and profiles give the same facts, wherever they were read from.
    """
    line = below_a_line(seen)
    facts = event_facts(event)
    facts |= {
        "event.hour": seen.hour,
        "event.value": seen.value,
        "event.line": LINES[line] if line else None,
        "event.line_name": line,
        "event.below_round": below_round(seen),
        "id.contents": look_ups.contents,
        "profiles.days": profiles.days,
        **look_ups.of_id,
    }
    facts |= customer_facts(seen, look_ups, profiles, day.toordinal())
    facts |= sku_facts(seen, look_ups.sku, profiles)
    if seen.shelf is not None:
        facts |= (shelf or Shelf((), profiles)).facts(seen)
    if profiles.days:
        facts |= store_facts(seen, profiles)
        facts |= price_facts(seen, profiles)
        population = profiles.population
        facts["population.gift_card_share"] = population.share(population.payments.get(GIFT_CARD, 0))
        facts["population.new_share"] = min(1.0, population.new_share)
        facts["population.payment_share"] = population.share(population.payments.get(seen.payment or "", 0))
        facts["population.hour_share"] = population.share(population.hours[seen.hour])
    return facts
