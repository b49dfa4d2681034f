"""Contract: what is not there or not supported is refused with the SDK's right exception."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from typing import Any

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusError

from tests.service_bus.sdk import ELSEWHERE, Sdk, done, with_both_sdks

pytestmark = pytest.mark.slow


@with_both_sdks
async def test_no_token_is_taken_for_a_queue_that_is_not_there(sdk: Sdk) -> None:
    for doing in (
        lambda: sdk.sender("nowhere").send_messages(ServiceBusMessage("x")),
        lambda: sdk.receiver("nowhere").receive_messages(max_wait_time=20),
        lambda: sdk.receiver("nowhere").peek_messages(),
    ):
        with pytest.raises(ServiceBusAuthenticationError, match="client-error"):
            await done(doing())


@with_both_sdks
async def test_a_session_receiver_for_a_queue_without_sessions_is_refused(sdk: Sdk) -> None:
    receiver = sdk.receiver(await sdk.queue("plain"), session_id=NEXT_AVAILABLE_SESSION, max_wait_time=20)
    with pytest.raises(ServiceBusError, match="sessionful"):
        await done(receiver.receive_messages())


@pytest.mark.skipif(bool(ELSEWHERE), reason="Azure has topics")
@with_both_sdks
async def test_topics_are_refused_with_a_reason(sdk: Sdk) -> None:
    receiver: Any = sdk.client.get_subscription_receiver("topic", "subscription")
    with pytest.raises(ServiceBusError, match="Topics"):
        await done(receiver.receive_messages(max_wait_time=20))
