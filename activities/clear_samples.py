"""Delete the samples that former trials have left, before another one writes its own."""

from fraud.reanalysis.messages import Reanalysis
from services.rule_samples import delete_samples_of_others


async def clear_samples(order: Reanalysis) -> None:
    """Delete the samples of all trials but this one; what is gone already stays gone."""
    await delete_samples_of_others(order.id)
