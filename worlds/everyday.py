"""Everyday events: sales by habit, their returns, and the stock that stores move."""

from collections.abc import Iterator

from fraud.generation import VARIANTS
from worlds.clock import DAY, HOUR, any_time
from worlds.customers import Customer
from worlds.drafts import Draft, copy_of
from worlds.draws import Draws
from worlds.market import Market
from worlds.stores import STORES

_NEWCOMERS = 0.012
"""The share of a day's sales that are the first of a new customer."""
_SOON_AGAIN = 0.35
_STOCK_MOVES = 60
"""Per store and day."""

_TAKES_PROMOTION, _PERSONAL_VOUCHER, _LOYALTY = 0.8, 0.15, 0.25
_VOUCHERS = (5, 10, 20, 30, 40, 50, 52, 55, 58, 60, 60, 62, 65, 70, 75)
_PRICE_MATCHED = 0.03
_WHOLESALE = (12, 60)
_MAX_QTY = 99


def everyday_sales(market: Market, draws: Draws, day: int, sales: int) -> Iterator[Draft]:
    """About so many sales of a day: each customer comes as often as is usual, and a few come for the first time."""
    share = sales / (1 + 2 * _NEWCOMERS) / sum(customer.rate for customer in market.customers)
    for customer in market.customers:
        for _ in range(draws.times(customer.rate * share)):
            yield habitual_sale(market, draws, customer, _usual_time(draws, customer, day))
    for _ in range(int(sales * _NEWCOMERS)):
        at = any_time(draws, day)
        customer = market.newcomer(draws)
        yield habitual_sale(market, draws, customer, at)
        while draws.chance(_SOON_AGAIN):
            at += draws.between(0.05, 4) * HOUR
            yield habitual_sale(market, draws, customer, at)


def habitual_sale(
    market: Market,
    draws: Draws,
    customer: Customer,
    at: float,
    *,
    store: int | None = None,
    category: str | None = None,
) -> Draft:
    """A sale to a customer who keeps to habits mostly; a store or a category that is given is not drawn."""
    store = store or _store(draws, customer)
    sku = market.sku_of(draws, category or _category(market, draws, customer))
    return Draft(
        at=at,
        store=store,
        ip=market.address(store, at).ip(draws),
        customer=customer.number,
        sku=sku,
        price=asked_price(draws, sku.price(store, at)),
        qty=_quantity(draws, customer),
        discount=_discount(draws, market.promotions.percent(store, sku.category, sku.number, at)),
        gift_wrap=draws.chance(customer.wraps),
        variant=draws.pick(VARIANTS),
        priority=draws.chance(customer.priority),
        payment=usual_payment(draws, customer),
    )


def asked_price(draws: Draws, price: float) -> float:
    """The price at the till: the list price, or a lower one where a rival's price is matched."""
    return round(price * draws.between(0.7, 0.97), 2) if draws.chance(_PRICE_MATCHED) else price


def usual_payment(draws: Draws, customer: Customer) -> str:
    """A way to pay, as the customer does mostly."""
    return customer.payment if draws.chance(customer.loyalty) else customer.other_payment


def returns_of(draws: Draws, sales: list[Draft], market: Market) -> Iterator[Draft]:
    """Goods that customers bring back, for the price that they paid, some hours or days after they bought it."""
    habits = {customer.number: customer.returns for customer in market.customers}
    for sale in sales:
        if draws.chance(habits.get(sale.customer, 0.04)):
            yield returned(market, draws, sale, sale.at + draws.between(5, 60) * HOUR)


def returned(market: Market, draws: Draws, sale: Draft, at: float) -> Draft:
    """The event of a sale's goods coming back."""
    back = copy_of(sale)
    back.at, back.is_sale, back.is_return, back.priority = at, False, True, False
    back.ip = market.address(back.store, at).ip(draws)
    return back


def stock_moves(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """The inventory events of stores that fill their shelves."""
    for store in range(1, STORES + 1):
        for _ in range(draws.times(_STOCK_MOVES)):
            at = day * DAY + draws.between(5, 22) * HOUR
            sku = market.sku_of(draws, draws.weighted(market.any_category))
            yield Draft(
                at=at,
                store=store,
                ip=market.address(store, at).ip(draws),
                customer=market.store_accounts[store],
                sku=sku,
                price=sku.price(store, at),
                qty=draws.whole(5, _MAX_QTY),
                discount=draws.pick((0, 0, 0, 10, 20, 60)),
                gift_wrap=False,
                variant=draws.pick(VARIANTS),
                priority=draws.chance(0.3),
                payment="credit_card",
                is_sale=False,
            )


def _usual_time(draws: Draws, customer: Customer, day: int) -> float:
    if not draws.chance(customer.loyalty):
        return any_time(draws, day)
    return day * DAY + draws.normal(customer.peak, 2.0) % 24 * HOUR


def _store(draws: Draws, customer: Customer) -> int:
    if draws.chance(customer.loyalty):
        return customer.home if draws.chance(0.8) else customer.second
    return draws.whole(1, STORES)


def _category(market: Market, draws: Draws, customer: Customer) -> str:
    if draws.chance(customer.loyalty - 0.08):
        return draws.pick(customer.categories)
    return draws.weighted(market.any_category)


def _quantity(draws: Draws, customer: Customer) -> int:
    if customer.is_business:
        return draws.whole(*_WHOLESALE)
    qty = 1
    while qty < _MAX_QTY and draws.chance(customer.basket):
        qty += 1
    return qty


def _discount(draws: Draws, promotion: int) -> int:
    if promotion and draws.chance(_TAKES_PROMOTION):
        return promotion
    if draws.chance(_PERSONAL_VOUCHER):
        return draws.pick(_VOUCHERS)
    return draws.pick((5, 10, 15)) if draws.chance(_LOYALTY) else 0
