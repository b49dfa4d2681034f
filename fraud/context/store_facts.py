"""The facts `store.*`: is the event really from the store that it names?"""

from fraud.context.sighting import Sighting
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value


def store_facts(event: Sighting, profiles: Profiles) -> dict[str, Value]:
    """Name, network and gateway against those of the store; empty as long as nothing is known of the store."""
    if event.store is None or not profiles.days:
        return {}
    profile = profiles.stores.get(event.store)
    if profile is None or not profile.days:
        return {"store.days": 0}
    return {
        "store.days": profile.days,
        "store.name_strange": profile.names.is_strange(event.store_name, profile.days),
        "store.network_strange": profile.networks.is_strange(event.network, profile.days),
        "store.gateway_strange": profile.gateways.is_strange(event.gateway, profile.days),
    }
