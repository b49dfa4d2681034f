"""A connection that ends tells its entities at once: nothing is fed to a link that nobody hears."""

import asyncio

from local_azure.amqp.encode import uint
from local_azure.amqp.incoming_link import Delivery, IncomingLink
from local_azure.amqp.outcomes import stated
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement
from local_azure.amqp.performatives import Code
from local_azure.amqp.server import listening
from local_azure.amqp.values import Encoded
from tests.amqp.raw import Raw, condition, event


class Endless:
    """A node that always has another message."""

    container_id = "endless"
    max_message_bytes = 1_000_000

    def __init__(self) -> None:
        self.sent = 0
        self.link: OutgoingLink | None = None
        self.detached = asyncio.Event()

    def attach_sender(self, link: IncomingLink) -> "Endless":
        return self

    def attach_receiver(self, link: OutgoingLink) -> "Endless":
        self.link = link
        return self

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        return stated(state)

    def on_message(self, delivery: Delivery) -> None:
        delivery.accept()

    def on_flow(self, drain: bool) -> None:
        link = self.link
        while link and link.ready:
            link.send(b"t", event(b"x" * 100_000), settled=True)
            self.sent += 1
        if drain and link:
            link.drained()

    def on_disposition(self, settlement: Settlement) -> None:
        raise AssertionError(settlement)

    def on_detach(self) -> None:
        self.detached.set()


def receive(port: int, credit: int, drain: bool = False) -> Raw:
    client = Raw(f"127.0.0.1:{port}").open(window=3)
    client.attach_receiver("anything")
    client.credit(credit, drain=drain)
    return client


async def test_the_window_of_a_session_holds_messages_back():
    node = Endless()
    async with listening(node, 0) as port:
        client = await asyncio.to_thread(receive, port, 1_000)
        for _ in range(3):
            await asyncio.to_thread(client.until, Code.TRANSFER)
        # Two frames make a message: the window of three ends within the second one.
        assert node.sent == 2
        client.socket.close()
        await asyncio.wait_for(node.detached.wait(), 5)


async def test_a_drain_gives_the_rest_of_the_credit_back():
    node = Endless()
    async with listening(node, 0) as port:
        client = await asyncio.to_thread(receive, port, 1, True)
        await asyncio.to_thread(client.until, Code.TRANSFER)
        await asyncio.to_thread(client.until, Code.TRANSFER)
        flow = await asyncio.to_thread(client.until, Code.FLOW)
        assert flow[5:7] == [1, 0]
        client.socket.close()


async def test_an_error_of_the_connection_ends_its_links_before_the_client_answers():
    node = Endless()
    async with listening(node, 0) as port:
        client = await asyncio.to_thread(receive, port, 1_000)
        client.frame(Code.FLOW, ["not", "a", "flow", uint(1)])
        close = await asyncio.to_thread(client.until, Code.CLOSE)
        assert condition(close[0]) == "amqp:invalid-field"
        assert node.detached.is_set()
        assert node.link is not None
        assert not node.link.ready
        client.socket.close()
