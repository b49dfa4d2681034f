"""Verify all that this app has written for people: the chain of reports, the reviews of cases, and waiting alerts."""

import msgspec

from activities.reconciliation.chain import verify_chain
from reconciliation.chain import Head, Verified
from services.alert_digests import waiting_problems
from services.desk.touched_reviews import review_problems
from services.watching import azure_time


async def verify(noted: Head | None = None) -> Verified:
    """The chain with its problems, followed by reviews that somebody has written past their journals, and by alerts
    that somebody has kept from being told. Raises what the blob service or Cosmos raised.
    """
    verified = await verify_chain(noted)
    others = [*await review_problems(), *await waiting_problems(await azure_time())]
    return msgspec.structs.replace(verified, problems=[*verified.problems, *others])
