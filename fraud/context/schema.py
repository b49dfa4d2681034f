"""Every fact that a rule may read: its name, its kind and its meaning.

A fact that cannot be told is missing: rules that compare it do not hold.
"""

import msgspec

from fraud.rules.language import ValueKind


class Fact(msgspec.Struct, frozen=True):
    """A fact's kind, and its meaning in words."""

    kind: ValueKind
    about: str


_EVENT = {
    "type": Fact("text", "`sale_event` or `inventory_event`"),
    "price": Fact("number", "the price of one piece"),
    "qty": Fact("number", "pieces"),
    "discount": Fact("number", "percent"),
    "category": Fact("text", "the category of the sku"),
    "payment": Fact("text", "the payment method"),
    "variant": Fact("text", "the variant of the sku"),
    "store_name": Fact("text", "the store's name (`store_fqdn`)"),
    "gateway": Fact("text", "the address that the store sent from (`store_ip`)"),
    "priority_shipping": Fact("flag", "sent with priority"),
    "gift_wrap": Fact("flag", "wrapped as a gift"),
    "is_return": Fact("flag", "a return"),
    "store": Fact("text", "the store's number; missing if the event names none"),
    "customer": Fact("text", "the customer's number (`cust_id`)"),
    "sku": Fact("text", "the sku's number"),
    "unusable": Fact("number", "fields whose type is not that of a store event"),
    "unusable_fields": Fact("text", "the names of those fields"),
    "missing": Fact("number", "fields that every store event has, and that are absent, null or empty"),
    "missing_fields": Fact("text", "the names of those fields"),
    "impossible": Fact("number", "numbers that no sale has: nothing or less, half a piece, more than 100 % off"),
    "impossible_fields": Fact("text", "the names of those fields"),
    "hour": Fact("number", "the hour of the day (UTC) in which the event reached the hub"),
    "value": Fact("number", "price times quantity, before the discount"),
    "line": Fact("number", "the line (5,000 of value, 3,000 given away) that the event lies just below, from 90 % on"),
    "line_name": Fact("text", "`value` or `loss`"),
    "below_round": Fact("number", "the share by which the value lies below the next of 100, 200, 500, 1,000 and so on"),
    "value_spreads": Fact("number", "standard deviations of ln(value) above what is usual in the category"),
    "qty_spreads": Fact("number", "standard deviations of ln(qty) above what is usual in the category"),
}
_ID = {
    "contents": Fact("number", "different contents that arrived under the id at the store, up to the window's end"),
    "altered": Fact(
        "number",
        "other contents under the id, at any store, whose customer, goods, money or store differ; one more if not all "
        "contents were read",
    ),
    "differing": Fact("text", "the fields in which these differ"),
    "others_sale": Fact(
        "flag", "they name another customer, other goods or another store, or not all of them were read"
    ),
    "read_in_part": Fact("flag", "there are more contents under the id than one look-up reads"),
}
_PROFILES = {"days": Fact("number", "days that the profiles are made of; 0 on the first evening")}
_CUSTOMER = {
    "known": Fact("flag", "seen on a day before"),
    "age_days": Fact("number", "days since the customer was first seen"),
    "settled": Fact(
        "flag", "first seen a week ago; as long as profiles are made of fewer days than two weeks, half of these ago"
    ),
    "sales": Fact("number", "sales on the days before"),
    "returns": Fact("number", "returns on the days before and in the last 24 hours"),
    "flagged": Fact("number", "flagged sales on the days before and in the last 24 hours"),
    "priority_share": Fact(
        "number", "the share of the sales on the days before that asked for priority, drawn to all customers' share"
    ),
    "deep_share": Fact("number", "the share of them with more than 50 % off, drawn likewise"),
    "sales_24h": Fact("number", "sales in the last 24 hours, this one among them, as in all that follow"),
    "sales_1h": Fact("number", "sales in the hour before the event, and after it up to the window's end"),
    "goods_1h": Fact("number", "different skus in them, of sales that are worth a tenth of the event or more"),
    "flagged_24h": Fact("number", "flagged sales in the last 24 hours"),
    "visits_24h": Fact(
        "number",
        "visits in the last 24 hours: sales at one store, paid in one way, within ten minutes of each other, for half "
        "an hour at most",
    ),
    "flagged_visits_24h": Fact("number", "those of them with a flagged sale"),
    "flagged_visits_3h": Fact("number", "other visits within 3 hours of the event with a flagged sale"),
    "deep_visits_3h": Fact("number", "other visits within 3 hours of the event with a sale at more than 50 % off"),
    "gift_card_visits_24h": Fact("number", "visits in the last 24 hours with a sale paid by gift card"),
    "same_sku_visits_24h": Fact("number", "other visits in the last 24 hours with the same sku"),
    "same_discount_visits_24h": Fact("number", "other visits in them with this discount, if above 50 %"),
    "discounts_24h": Fact("number", "different discounts of the flagged sales in the last 24 hours"),
    "small_before_24h": Fact(
        "number", "sales in earlier visits of 24 hours that were worth a fifth of this one at most"
    ),
    "value_24h": Fact("number", "value of the sales in the last 24 hours"),
    "stores_24h": Fact("number", "stores bought at in the last 24 hours"),
    "other_stores_24h": Fact("number", "those of them that the customer did not go to on the days before"),
    "skus_24h": Fact("number", "different skus bought in the last 24 hours"),
    "payments_24h": Fact("number", "payment methods used in the last 24 hours"),
    "same_sku_24h": Fact("number", "other sales of the same sku in the last 24 hours"),
    "gift_cards_24h": Fact("number", "sales paid by gift card in the last 24 hours"),
    "gift_card_value_24h": Fact("number", "their value"),
    "wrapped_24h": Fact("number", "sales wrapped as gifts in the last 24 hours"),
    "returns_24h": Fact("number", "returns in the last 24 hours"),
    "returned_bought_24h": Fact("number", "those of them of goods that were bought before them in the same 24 hours"),
    "refunds_above_paid_24h": Fact(
        "number", "returns in the last 24 hours that give back more for a piece than was paid for one in them"
    ),
    "same_discount_24h": Fact("number", "other sales in the last 24 hours with this discount, if above 50 %"),
    "stores_1h": Fact("number", "stores bought at within an hour of the event"),
    "returned_sku": Fact("flag", "the same sku was returned in the last 24 hours"),
    "near_lines_24h": Fact("number", "sales just below a line in the last 24 hours"),
    "below_round_24h": Fact(
        "number",
        "other sales of other skus in 24 hours less than 7 % below the same round number, before or after the discount",
    ),
    "cut": Fact("flag", "more was seen in 24 hours than a look-up reads"),
    "pace_surprise": Fact("number", "-log10 of the chance of so many sales in 24 hours, or more"),
    "return_surprise": Fact("number", "-log10 of the chance of so many returns among the customer's events"),
    "returns_surprise_24h": Fact(
        "number",
        "-log10 of the chance of so many returns beside the sales of 24 hours worth a tenth of this one or more",
    ),
    "returned_surprise": Fact("number", "the same of returns of what was bought in them"),
    "payments_surprise": Fact("number", "-log10 of the chance of so many changes of payment in 24 hours"),
    "flagged_surprise": Fact("number", "-log10 of the chance of so many other flagged sales among the customer's"),
    "gift_card_surprise": Fact("number", "-log10 of the chance of so many gift cards among the sales of 24 hours"),
    "gift_card_visits_surprise": Fact("number", "the same of visits: a basket is paid once"),
    "usual_sku": Fact("flag", "bought on a day before"),
    "habits": Fact("number", "habits that could be told: store, payment, category, hour, amount"),
    "habits_broken": Fact("number", "those of them that the event breaks"),
    "broken": Fact("text", "the names of the broken habits"),
    "strangeness": Fact("number", "ln of the likelihood that somebody else buys so, by that of the customer"),
    "strangeness_24h": Fact("number", "the sum of that above 0 over the customer's other sales of 24 hours"),
    "payment_strangeness": Fact("number", "the payment's part of it"),
    "new_store": Fact("flag", "a store that the customer never bought at"),
    "new_payment": Fact("flag", "a payment method that the customer never used"),
    "usual_value": Fact("number", "the customer's usual value (geometric mean)"),
    "value_ratio": Fact("number", "the event's value by the usual one"),
}
_SKU = {
    "usual_price": Fact("number", "the median of the prices on the days before, by how dear the store sold the sku"),
    "price_ratio": Fact("number", "the event's price by the usual one"),
    "price_spreads": Fact("number", "ln of that ratio, in the deviations that are usual among all skus and stores"),
    "sales_8h": Fact("number", "sales of the sku in the last 8 hours"),
    "customers_8h": Fact("number", "customers who bought it"),
    "stores_8h": Fact("number", "stores that sold it"),
    "flagged_8h": Fact("number", "flagged sales of it"),
    "flagged_1h": Fact("number", "other customers with flagged sales of it within an hour of the event"),
    "same_payment_8h": Fact("number", "other customers with flagged sales of it who paid in the same way"),
    "same_payment_surprise": Fact("number", "-log10 of the chance of so many who paid in the same way"),
    "same_network_8h": Fact("number", "other customers with flagged sales of it through the same network"),
    "strangers_8h": Fact("number", "other customers with flagged sales of it who are new or break two habits"),
    "promoted_8h": Fact(
        "number", "other settled customers at their own store who got more than 50 % off without priority"
    ),
    "alike_8h": Fact("number", "such customers who got it within 3 points of the event's discount, flagged or not"),
    "same_price_8h": Fact("number", "the same of unflagged sales within 5 % of the event's price"),
    "flagged_surprise": Fact("number", "-log10 of the chance of so many flagged ones among others' sales of it"),
    "gift_cards_8h": Fact("number", "sales of it paid by gift card"),
    "new_customers_8h": Fact("number", "customers who bought it and were never seen on a day before"),
    "cut": Fact("flag", "more was seen in 8 hours than a look-up reads"),
    "new_surprise": Fact("number", "-log10 of the chance of so many new customers among them"),
    "crowd_8h": Fact(
        "number", "other settled customers who got it within 3 points of the event's discount and pay as before"
    ),
    "pace_surprise": Fact("number", "-log10 of the chance of so many sales in 8 hours"),
    "gift_card_surprise": Fact("number", "-log10 of the chance of so many gift cards among them"),
}
_SHELF = {
    "sales_3h": Fact("number", "sales of store and category in 3 hours: of other skus, to other settled customers"),
    "deep_3h": Fact("number", "different customers among them who got more than 50 % off"),
    "alike_3h": Fact("number", "sales among them with more than 50 % off, and within 3 points of this discount"),
    "cut": Fact("flag", "more was seen in 3 hours than a look-up reads"),
    "deep_share": Fact("number", "the share of them with more than 50 % off, drawn to the usual one"),
    "usual_deep_share": Fact("number", "that share over all sales of the days before"),
    "discount_strangeness": Fact("number", "ln(usual share / share): above 0 where there are fewer deep discounts now"),
    "new_customers_3h": Fact("number", "customers of store and category in 3 hours who were never seen before"),
    "new_surprise": Fact("number", "-log10 of the chance of so many of them"),
    "new_alike_3h": Fact("number", "other new customers among them with exactly this discount, if above 50 %"),
    "strangers_3h": Fact("number", "other customers with flagged sales who are new or break two habits"),
    "name_here_3h": Fact("number", "other settled customers of the store with unflagged events under its name here"),
    "network_share": Fact("number", "the share through the event's network of such customers, since it came"),
    "network_here_3h": Fact("number", "those of them through it"),
    "network_since_3h": Fact("number", "all of them since it came"),
    "payment_breaks": Fact("number", "the share of such customers who paid in a way that is new for them"),
    "gateway_surprise": Fact("number", "-log10 of the chance of so many deep discounts through the event's gateway"),
    "new_flagged_3h": Fact("number", "those of them with flagged sales"),
    "new_same_payment_surprise": Fact(
        "number", "-log10 of the chance of so many others among the new and flagged who paid in the same way"
    ),
    "new_flagged_surprise": Fact("number", "-log10 of the chance of so many of them among the flagged"),
    "gift_card_surprise": Fact("number", "-log10 of the chance of so many gift cards in 3 hours"),
}
_STORE = {
    "days": Fact("number", "days on which the store sold enough to be known; 0 for a store that opens"),
    "name_strange": Fact("flag", "the name is not one of the store's"),
    "network_strange": Fact("flag", "the gateway lies in a network that is not one of the store's"),
    "gateway_strange": Fact("flag", "the gateway is not one of the store's"),
}
_POPULATION = {
    "gift_card_share": Fact("number", "the share of gift cards among all sales of the days before"),
    "new_share": Fact(
        "number", "the share of sales by customers who were new on their day, yesterday more than before"
    ),
    "payment_share": Fact("number", "the share of the event's payment method"),
    "hour_share": Fact("number", "the share of the event's hour of the day"),
}
_GROUPS = {
    "event": _EVENT,
    "id": _ID,
    "profiles": _PROFILES,
    "customer": _CUSTOMER,
    "sku": _SKU,
    "shelf": _SHELF,
    "store": _STORE,
    "population": _POPULATION,
}

FACTS: dict[str, Fact] = {f"{group}.{name}": fact for group, facts in _GROUPS.items() for name, fact in facts.items()}
"""Facts by name."""

KINDS: dict[str, ValueKind] = {name: fact.kind for name, fact in FACTS.items()}
"""The kind of each fact, for checking expressions."""
