"""Offers: the provisioned throughput of each database and container that has its own."""

import msgspec

from local_azure.core.clock import Clock
from local_azure.cosmos import resource_ids
from local_azure.cosmos.errors import bad_request, not_found
from local_azure.cosmos.store import Store
from local_azure.cosmos.throughput import DEFAULT_THROUGHPUT, Throughput, of_content
from local_azure.cosmos.wire import JsonObject, decode_object, encode


class Offer(msgspec.Struct, frozen=True):
    """An offer by the number of its resource; `ranges` is how many the resource was created with."""

    ranges: int
    properties: JsonObject


class Offers:
    """All offers, held in memory and written through to the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._offers: dict[int, Offer] = {}

    def load(self) -> None:
        """Read everything anew."""
        rows = self._store.execute("SELECT number, ranges, properties FROM offer ORDER BY number").fetchall()
        self._offers = {
            number: Offer(ranges, decode_object(properties, "A stored offer")) for number, ranges, properties in rows
        }

    def all(self) -> list[JsonObject]:
        """The properties of every offer."""
        return [offer.properties for offer in self._offers.values()]

    def has(self, number: int) -> bool:
        """True if this resource has a throughput of its own."""
        return number in self._offers

    def ranges(self, number: int) -> int:
        """The number of ranges of a container: 1 without a throughput of its own."""
        offer = self._offers.get(number)
        return 1 if offer is None else offer.ranges

    def amount(self, number: int) -> int:
        """The RU/s of a resource, the most that autoscale may reach; what Azure gives by default if it has none."""
        offer = self._offers.get(number)
        return DEFAULT_THROUGHPUT if offer is None else of_content(offer.properties["content"]).amount

    def create(self, number: int, owner: JsonObject, throughput: Throughput) -> None:
        """Give a new database or container (`owner`, its properties) its throughput."""
        properties: JsonObject = {
            "offerVersion": "V2",
            "offerType": "Invalid",
            "resource": owner["_self"],
            "offerResourceId": owner["_rid"],
        }
        self._save(number, Offer(throughput.ranges, properties), throughput)

    def find(self, name: str) -> tuple[int, Offer]:
        """The offer with this id, which is its `_rid` too, and its number. 404 if it does not exist."""
        for number, offer in self._offers.items():
            if offer.properties["id"] == name:
                return number, offer
        raise not_found("Offer", name)

    def replace(self, name: str, body: JsonObject) -> JsonObject:
        """Change the throughput; a container keeps its ranges, where Azure would split them in time."""
        number, offer = self.find(name)
        if body.get("resource", offer.properties["resource"]) != offer.properties["resource"]:
            raise bad_request("An offer cannot be moved to another resource.")
        return self._save(number, offer, of_content(body.get("content")))

    def delete(self, number: int) -> None:
        """Forget the offer of a resource that goes away, if it has one."""
        if self._offers.pop(number, None) is not None:
            self._store.write("DELETE FROM offer WHERE number = ?", (number,))

    def _save(self, number: int, offer: Offer, throughput: Throughput) -> JsonObject:
        name = resource_ids.of_offer(number)
        properties: JsonObject = {
            **offer.properties,
            "content": throughput.content(),
            "id": name,
            "_rid": name,
            "_self": f"offers/{name}/",
            "_etag": f'"{self._store.next_sequence():016x}"',
            "_ts": int(self._clock.timestamp()),
        }
        self._store.write(
            "INSERT OR REPLACE INTO offer (number, ranges, properties) VALUES (?, ?, ?)",
            (number, offer.ranges, encode(properties)),
        )
        self._offers[number] = Offer(offer.ranges, properties)
        return properties
