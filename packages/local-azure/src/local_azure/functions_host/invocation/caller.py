"""The call of a function by its trigger: with the trigger's value, the durable clients it asks for, and its retries."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.context import Invocation, Out, RetryContext, RpcException
from local_azure.functions_host.invocation.durable_clients import DurableClients
from local_azure.functions_host.invocation.invoker import HostStoppingError, InvocationError, Invoker

_LOG = logging.getLogger(__name__)


class NoValueError(InvocationError):
    """The trigger's value cannot be converted to the function's argument: another attempt would not change that."""


class Caller:
    """Calls one function."""

    def __init__(self, function: Function, invoker: Invoker, clients: DurableClients) -> None:
        self.function = function
        self._invoker = invoker
        self._clients = clients

    async def call(
        self, value: Callable[[], object], invocation: Invocation, outputs: dict[str, Out] | None = None
    ) -> Any:
        """Call the function once. Raises InvocationError, also if the trigger's value cannot be made."""
        try:
            arguments = {self.function.trigger.name: value(), **self._clients.arguments(self.function)}
        except (LookupError, TypeError, ValueError) as error:
            raise NoValueError(self.function.name, invocation.id, error) from error
        return await self._invoker.invoke(self.function, arguments, invocation, outputs)

    async def succeeds(self, value: Callable[[], object]) -> bool:
        """Call the function until it succeeds or its retry policy allows no more; a failure is logged.

        Each attempt is an invocation of its own, with a fresh value; a value that cannot be made is not tried again,
        so that it never holds up what comes behind it. Raises HostStoppingError if the host stops between two attempts.
        """
        policy = self.function.retry
        most = policy.max_retries if policy else 0
        context = RetryContext(0, most)
        retry = 0
        while True:
            try:
                await self.call(value, Invocation(retry=context))
            except InvocationError as error:
                retry += 1
                if policy is None or isinstance(error, NoValueError) or not policy.allows(retry):
                    self.log_failure(error)
                    return False
                delay = policy.delay(retry)
                _LOG.warning("%s; retry %d of %s in %g s", error, retry, most if most >= 0 else "ever", delay)
                context = RetryContext(retry, most, RpcException.of(error.cause))
                await self._pause(delay)
            else:
                return True

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._invoker.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise HostStoppingError

    def log_failure(self, error: InvocationError) -> None:
        """Say which invocation failed, with the traceback of user code."""
        _LOG.error("%s (%s) failed", self.function.name, error.invocation_id, exc_info=error.cause)
