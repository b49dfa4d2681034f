"""The address of the durable extension's management API, as the durable client's binding carries it."""

from function_app.durable_client import Client


def address_of(client: Client) -> str:
    """The base address, with a slash at its end: on Azure as here a port of the host's own machine.

    The SDK builds the addresses of its own requests from it, and hands it to nobody.
    """
    bindings = client._orchestration_bindings  # pyright: ignore[reportPrivateUsage]
    assert bindings.rpc_base_url, "the durable extension gives it since version 2"  # noqa: S101
    return bindings.rpc_base_url
