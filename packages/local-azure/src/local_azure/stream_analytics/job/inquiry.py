"""Asking a hub how far its partitions reach, at a moment that is known exactly.

The client opens a connection for each question, which takes about half a second of waiting in steps of 50 ms; the
question itself takes three milliseconds. So a question about a window's end is prepared before the end, and let go
behind it: right before it is sent the client asks its credential for a token, and there it is held.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from azure.core.credentials import AccessToken
from azure.eventhub import parse_connection_string
from azure.eventhub.aio import EventHubConsumerClient, EventHubSharedKeyCredential

from local_azure.core.trust import trusted
from local_azure.stream_analytics.job.progress import Promise
from local_azure.stream_analytics.job.project import HubInput
from local_azure.stream_analytics.job.user_agent import USER_AGENT

TOKENS_BEFORE_THE_QUESTION = 1
"""One opens the connection; the next goes with the question."""

Wait = Callable[[], Awaitable[None]]


class HeldCredential:
    """A shared key that waits before it lets the question go, and notes when the client had its last token.

    That note is never later than the question, however the client may fetch its tokens, so a promise that rests on it
    holds in any case.
    """

    token_type = b"servicebus.windows.net:sastoken"

    def __init__(self, policy: str, key: str, now: Callable[[], int], wait: Wait | None) -> None:
        self._inner = EventHubSharedKeyCredential(policy, key)
        self._now = now
        self._wait = wait
        self._tokens = 0
        self.noted = 0

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token for the client."""
        token = await self._inner.get_token(*scopes, **options)
        if self._tokens == TOKENS_BEFORE_THE_QUESTION and self._wait is not None:
            await self._wait()
        self._tokens += 1
        self.noted = self._now()
        return token


class Inquirer:
    """Asks about the partitions of one input's hub; `now` is Azure's time in ticks."""

    def __init__(self, connection: str, source: HubInput, now: Callable[[], int]) -> None:
        """Raises ValueError if the connection string has no shared key."""
        parts = parse_connection_string(connection)
        if not (parts.shared_access_key_name and parts.shared_access_key):
            raise ValueError("it needs a SharedAccessKeyName and a SharedAccessKey")
        self._key = parts.shared_access_key_name, parts.shared_access_key
        self._namespace = parts.fully_qualified_namespace
        self._uses_tls = "usedevelopmentemulator=true" not in connection.lower()
        self._source = source
        self._now = now

    async def ask(self, partition: int, wait: Wait | None = None) -> Promise:
        """Up to which event a partition must be read to be complete up to when; asked after `wait`."""
        credential = HeldCredential(*self._key, self._now, wait)
        client = EventHubConsumerClient(
            self._namespace,
            self._source.hub,
            self._source.consumer_group,
            credential=cast(Any, credential),
            retry_total=0,
            use_tls=self._uses_tls,
            ssl_context=trusted(),
            user_agent=USER_AGENT,
        )
        async with client:
            properties: dict[str, Any] = await client.get_partition_properties(str(partition))
        # Of the last event that there ever was, -1 if there was none.
        return Promise(int(properties["last_enqueued_sequence_number"]), credential.noted)
