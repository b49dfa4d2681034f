"""All probes, in the order in which they are asked."""

from tests.durable.extension.probes import (
    again,
    bodies,
    cancelling,
    commands,
    custom_status,
    durable_http,
    entities,
    external_events,
    failures,
    families,
    groups,
    listing,
    odd_ids,
    oddities,
    queries,
    races,
    reasons,
    replaying,
    retrying,
    signals,
    sizes,
    states,
    tangles,
    values,
)
from tests.durable.extension.probes.probing import Probe

_MODULES = (
    values,
    external_events,
    custom_status,
    failures,
    replaying,
    commands,
    races,
    listing,
    entities,
    durable_http,
    retrying,
    groups,
    sizes,
    odd_ids,
    states,
    queries,
    families,
    oddities,
    signals,
    tangles,
    cancelling,
    reasons,
    again,
    bodies,
)
PROBES: dict[str, Probe] = {
    name: probe for module in _MODULES for name, probe in vars(module).items() if getattr(probe, "is_probe", False)
}
