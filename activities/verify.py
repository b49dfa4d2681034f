"""Verify all that this app has written for people: the chain of reports, and the reviews of cases."""

import msgspec

from activities.reconciliation.chain import verify_chain
from reconciliation.chain import Head, Verified
from services.desk.touched_reviews import review_problems


async def verify(noted: Head | None = None) -> Verified:
    """The chain with its problems, and behind them the reviews that somebody has written past their journals.

    Raises what the blob service or Cosmos raised.
    """
    verified = await verify_chain(noted)
    return msgspec.structs.replace(verified, problems=[*verified.problems, *await review_problems()])
