"""Profiles as bytes: tables in shards, and all else in one piece."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from fraud.profiles.moments import LogMoments
from fraud.profiles.population import Novelty, Population
from fraud.profiles.profiles import Profiles
from fraud.profiles.skus import PriceDeviations
from fraud.profiles.stores import StoreProfile

SHARDS = 16
"""Parts of a table: of a million customers each has 20 MB."""

TABLES = ("customers", "skus")


class _Others(msgspec.Struct):
    days: int
    stores: dict[str, StoreProfile]
    population: Population
    prices: PriceDeviations


def kept(profiles: Profiles) -> Iterator[tuple[str, bytes]]:
    """The pieces of profiles by kind, in order: the shards of each table, and one piece of `others`."""
    for shard in profiles.customers.shards(SHARDS):
        yield "customers", shard
    for shard in profiles.skus.shards(SHARDS):
        yield "skus", shard
    stores = dict(sorted(profiles.stores.items()))
    yield "others", msgspec.msgpack.encode(_Others(profiles.days, stores, profiles.population, profiles.prices))


def read(pieces: Mapping[str, Sequence[bytes]]) -> Profiles:
    """The profiles in the pieces that `kept` gave, by kind. Raises msgspec.MsgspecError, or KeyError without a kind."""
    profiles = Profiles()
    profiles.customers.load(pieces["customers"])
    profiles.skus.load(pieces["skus"])
    others = _others.decode(pieces["others"][0])
    profiles.days, profiles.stores, profiles.prices = others.days, others.stores, others.prices
    population = others.population
    # A day that is closed later counts into what is not there yet.
    population.values = defaultdict(LogMoments, population.values)
    population.quantities = defaultdict(LogMoments, population.quantities)
    population.novelty = defaultdict(Novelty, population.novelty)
    profiles.population = population
    return profiles


_others = msgspec.msgpack.Decoder(_Others)
