"""azure-storage-blob against Azurite with its journal."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK is typed in part only.

import uuid
from collections.abc import Callable, Iterator

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerClient, ContentSettings


@pytest.fixture(scope="module")
def container(settings: dict[str, str]) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(settings["BLOB"]) as service:
        yield service.create_container(f"compatibility-{uuid.uuid4().hex[:8]}")


@pytest.mark.parametrize("size", [0, 1, 100_000, 9_000_000])
def test_a_blob_of_any_size_comes_back_byte_for_byte(container: ContainerClient, size: int):
    data = (b"0123456789" * (size // 10 + 1))[:size]
    container.upload_blob(f"size-{size}", data, overwrite=True)

    assert container.download_blob(f"size-{size}").readall() == data


def test_a_blob_is_deleted(container: ContainerClient):
    blob = container.upload_blob("gone", b"x")
    blob.delete_blob()

    assert not blob.exists()


def test_a_blob_is_written_in_blocks(container: ContainerClient):
    blob = container.get_blob_client("blocks")
    for name in ("a", "b"):
        blob.stage_block(name, name.encode())
    blob.commit_block_list([BlobBlock(name) for name in ("b", "a")])

    assert blob.download_blob().readall() == b"ba"


def test_a_part_of_a_blob_is_read(container: ContainerClient):
    blob = container.upload_blob("part", b"0123456789", overwrite=True)

    assert blob.download_blob(offset=3, length=4).readall() == b"3456"


def test_lines_are_appended(container: ContainerClient):
    blob = container.get_blob_client("lines")
    blob.create_append_blob()
    for line in (b"a\n", b"b\n"):
        blob.append_block(line)

    assert blob.download_blob().readall() == b"a\nb\n"


def test_properties_and_metadata_are_kept(container: ContainerClient):
    blob = container.upload_blob(
        "told", b"x", metadata={"who": "me"}, content_settings=ContentSettings(content_type="text/x"), overwrite=True
    )
    properties = blob.get_blob_properties()

    assert (properties.metadata, properties.content_settings.content_type) == ({"who": "me"}, "text/x")


def test_blobs_are_listed_by_prefix_in_pages_and_by_folder(container: ContainerClient):
    for number in range(5):
        container.upload_blob(f"list/{number}/x", b"x", overwrite=True)
    names = [f"list/{number}/x" for number in range(5)]

    assert [blob.name for blob in container.list_blobs(name_starts_with="list/")] == names
    pages = container.list_blobs(name_starts_with="list/", results_per_page=2).by_page()
    assert [len(list(page)) for page in pages] == [2, 2, 1]
    assert [each.name for each in container.walk_blobs("list/")] == [f"list/{number}/" for number in range(5)]


def test_a_write_under_a_condition_is_refused_if_somebody_was_faster(container: ContainerClient):
    blob = container.get_blob_client("condition")
    etag = blob.upload_blob(b"1")["etag"]
    blob.upload_blob(b"2", overwrite=True, etag=etag, match_condition=MatchConditions.IfNotModified)

    with pytest.raises(ResourceModifiedError):
        blob.upload_blob(b"3", overwrite=True, etag=etag, match_condition=MatchConditions.IfNotModified)
    with pytest.raises(ResourceExistsError):
        blob.upload_blob(b"3")


def test_a_lease_keeps_others_out(container: ContainerClient):
    blob = container.upload_blob("lease", b"x", overwrite=True)
    lease = blob.acquire_lease(15)

    with pytest.raises(HttpResponseError):
        blob.upload_blob(b"y", overwrite=True)
    lease.release()
    blob.upload_blob(b"y", overwrite=True)


def test_what_is_absent_is_told_by_name(container: ContainerClient):
    with pytest.raises(ResourceNotFoundError):
        container.download_blob("nothing")


def test_what_was_acknowledged_survives_kills(container: ContainerClient, kill: Callable[[str], None]):
    for round_ in range(2):
        for number in range(10):
            container.upload_blob(f"kill/{round_}/{number}", b"x")
        kill("azurite")

    assert len(list(container.list_blobs(name_starts_with="kill/"))) == 20
