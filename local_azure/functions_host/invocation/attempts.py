"""One invocation with its retries, as a function's retry policy says."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.context import Invocation, RetryContext, RpcException, TraceContext
from local_azure.functions_host.invocation.invoker import InvocationError, Invoker

_LOG = logging.getLogger(__name__)


async def run_with_retries(
    invoker: Invoker, function: Function, arguments: Callable[[], dict[str, Any]], trace: TraceContext | None = None
) -> Any:
    """Call a function until it succeeds or its policy allows no more. Raises the last InvocationError.

    Each attempt is an invocation of its own, with fresh arguments. A host that stops in between cancels the wait:
    the work then counts as not done.
    """
    policy = function.retry
    most = policy.max_retries if policy else 0
    context = RetryContext(0, most)
    retry = 0
    while True:
        try:
            return await invoker.invoke(function, arguments(), Invocation(trace, context))
        except InvocationError as error:
            retry += 1
            if policy is None or not policy.allows(retry):
                raise
            delay = policy.delay(retry)
            _LOG.warning("%s; retry %d of %s in %g s", error, retry, most if most >= 0 else "ever", delay)
            context = RetryContext(retry, most, RpcException.of(error.cause))
            await asyncio.sleep(delay)
