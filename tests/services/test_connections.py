import pytest

from services.connections import BLOB_SERVICE, Connection, ConnectionSettingError, read_connection


def read(**environment: str) -> Connection:
    return read_connection("Warehouse", BLOB_SERVICE, environment)


def test_a_connection_string_wins():
    connection = read(Warehouse="UseDevelopmentStorage=true", Warehouse__blobServiceUri="https://x")

    assert connection == Connection(name="Warehouse", connection_string="UseDevelopmentStorage=true")


def test_without_one_the_address_and_an_identity_are_taken():
    connection = read(
        Warehouse__blobServiceUri="https://x.blob.core.windows.net",
        Warehouse__credential="ManagedIdentity",
        Warehouse__clientId="c1",
    )

    assert connection.address == "https://x.blob.core.windows.net"
    assert (connection.managed_identity, connection.client_id) == (True, "c1")


def test_an_address_alone_is_opened_by_the_default_identity():
    connection = read(Warehouse__blobServiceUri="https://x")

    assert (connection.managed_identity, connection.client_id) == (False, None)


def test_in_azure_a_connection_string_is_refused():
    with pytest.raises(ConnectionSettingError, match=r"refused in Azure.*Warehouse__blobServiceUri"):
        read(Warehouse="UseDevelopmentStorage=true", WEBSITE_INSTANCE_ID="1")


def test_neither_form_is_an_error_that_says_what_to_set():
    with pytest.raises(ConnectionSettingError, match=r"Warehouse is not set: .*Warehouse__blobServiceUri"):
        read(Warehouse="  ")


def test_a_credential_of_another_kind_is_refused():
    with pytest.raises(ConnectionSettingError, match="must be managedidentity"):
        read(Warehouse__blobServiceUri="https://x", Warehouse__credential="password")


def test_a_connection_string_does_not_show_in_logs():
    assert "secret" not in repr(read(Warehouse="AccountKey=secret"))
