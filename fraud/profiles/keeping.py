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


class Others(msgspec.Struct):
    """All of profiles but for the tables."""

    days: int = 0
    stores: dict[str, StoreProfile] = {}
    population: Population = msgspec.field(default_factory=Population)
    prices: PriceDeviations = msgspec.field(default_factory=PriceDeviations)

    def encoded(self) -> bytes:
        """The piece of `others`: the same content gives the same bytes."""
        return msgspec.msgpack.encode(msgspec.structs.replace(self, stores=dict(sorted(self.stores.items()))))


def kept(profiles: Profiles) -> Iterator[tuple[str, bytes]]:
    """The pieces of profiles by kind, in order: the shards of each table, and one piece of `others`."""
    for shard in profiles.customers.shards(SHARDS):
        yield "customers", shard
    for shard in profiles.skus.shards(SHARDS):
        yield "skus", shard
    others = Others(profiles.days, profiles.stores, profiles.population, profiles.prices)
    yield "others", others.encoded()


def read_others(piece: bytes) -> Others:
    """The content of the piece of `others`. Raises msgspec.MsgspecError."""
    others = _others.decode(piece)
    population = others.population
    # A day that is closed later counts into what is not there yet.
    population.values = defaultdict(LogMoments, population.values)
    population.quantities = defaultdict(LogMoments, population.quantities)
    population.novelty = defaultdict(Novelty, population.novelty)
    return others


def read(pieces: Mapping[str, Sequence[bytes]]) -> Profiles:
    """The profiles in the pieces that `kept` gave, by kind. Raises msgspec.MsgspecError, or KeyError without a kind."""
    profiles = profiles_without_tables(read_others(pieces["others"][0]))
    profiles.customers.load(pieces["customers"])
    profiles.skus.load(pieces["skus"])
    return profiles


def profiles_without_tables(others: Others) -> Profiles:
    """Profiles that know neither customers nor skus yet."""
    profiles = Profiles()
    profiles.days, profiles.stores, profiles.prices = others.days, others.stores, others.prices
    profiles.population = others.population
    return profiles


_others = msgspec.msgpack.Decoder(Others)
