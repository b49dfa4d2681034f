"""Compare what Cosmos holds of the events of a bucket with what was captured."""

from activities.reconciliation.bucket_rows import BucketRows
from reconciliation.comparing.altered import altered, differences
from reconciliation.comparing.classes import Class
from reconciliation.comparing.compare import Compared
from reconciliation.comparing.differences import examples_of
from reconciliation.messages import RunPlan

_NAME: Class = "differs_in_cosmos"


async def add_altered(result: Compared, plan: RunPlan, rows: BucketRows, contents: BucketRows, bucket: int) -> None:
    """Add `differs_in_cosmos` to what was found in a bucket; its `contents` are digests of either side."""
    digests, _ = await contents.read(bucket)
    found = altered(digests, plan.first_window, plan.last_window)
    if not len(found):
        return
    # Only now, because it is rare: the rows tell where the events lie.
    listed = differences(found, *await rows.read(bucket), [one.name for one in plan.partitions])
    result.differences[_NAME] = listed
    result.accounts.differences[_NAME] = len(listed)
    result.accounts.examples[_NAME] = examples_of(listed)
