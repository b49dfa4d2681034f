import pytest

from services.connections import (
    ACCOUNT,
    BLOB_SERVICE,
    NAMESPACE,
    Connection,
    ConnectionSettingError,
    read_connection,
)


def read(**environment: str) -> Connection:
    return read_connection("Warehouse", BLOB_SERVICE, environment)


WAREHOUSE = "AccountName=shop;AccountKey=secret=="


def test_a_connection_string_wins():
    connection = read(Warehouse=WAREHOUSE, Warehouse__blobServiceUri="https://x")

    assert connection == Connection(name="Warehouse", connection_string=WAREHOUSE)


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
        read(Warehouse=WAREHOUSE, ON_AZURE="true")


def test_neither_form_is_an_error_that_says_what_to_set():
    with pytest.raises(ConnectionSettingError, match=r"Warehouse is not set: .*Warehouse__blobServiceUri"):
        read(Warehouse="  ")


def test_a_credential_of_another_kind_is_refused():
    with pytest.raises(ConnectionSettingError, match="must be managedidentity"):
        read(Warehouse__blobServiceUri="https://x", Warehouse__credential="password")


def test_a_connection_string_does_not_show_in_logs():
    assert "secret" not in repr(read(Warehouse=WAREHOUSE))


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (BLOB_SERVICE, "blobendpoint=https://shop.blob.core.windows.net/; SharedAccessSignature=sv=1&sig=2"),
        (BLOB_SERVICE, "UseDevelopmentStorage=true"),
        (NAMESPACE, "Endpoint=sb://shop;SharedAccessKeyName=name;SharedAccessKey=secret=;UseDevelopmentEmulator=true;"),
        (NAMESPACE, "Endpoint=sb://shop;SharedAccessSignature=SharedAccessSignature sr=1"),
        (ACCOUNT, "AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey=secret==;"),
    ],
)
def test_every_form_of_a_connection_string_is_taken(suffix: str, text: str):
    assert read_connection("Shop", suffix, {"Shop": text}).connection_string == text


@pytest.mark.parametrize(
    ("suffix", "text", "missing"),
    [
        (BLOB_SERVICE, "AccountName=shop;AccountKey=;secret", "AccountKey=...;"),
        (BLOB_SERVICE, "BlobEndpoint=https://shop.blob.core.windows.net/", "SharedAccessSignature=...;"),
        (NAMESPACE, "sb://shop/secret", "SharedAccessKeyName=...;"),
        (NAMESPACE, "Endpoint=sb://shop;SharedAccessKey=secret", "SharedAccessSignature=...;"),
        (ACCOUNT, "https://shop.documents.azure.com:443/secret", "AccountEndpoint=...;"),
    ],
)
def test_what_is_no_connection_string_of_its_service_is_refused_without_showing_it(
    suffix: str, text: str, missing: str
):
    with pytest.raises(ConnectionSettingError, match=f"Shop is not a connection string.*{missing}") as problem:
        read_connection("Shop", suffix, {"Shop": text})
    assert "secret" not in str(problem.value)
