"""The output to a blob container: one JSON object per line."""

from collections.abc import Sequence

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import ContainerClient

from local_azure.stream_analytics.engine.serialization import row_to_json, unpack
from local_azure.stream_analytics.job.journal import Parcel
from local_azure.stream_analytics.job.project import BlobOutput
from local_azure.stream_analytics.job.user_agent import USER_AGENT

_NDJSON = ContentSettings(content_type="application/x-ndjson")


class BlobSink:
    """Writes each parcel as one blob. Writing it again replaces it with the same content."""

    def __init__(self, connection: str, output: BlobOutput) -> None:
        self._container = ContainerClient.from_connection_string(
            connection, output.container, retry_total=0, user_agent=USER_AGENT
        )

    async def deliver(self, parcels: Sequence[Parcel]) -> int:
        """Write the first parcel."""
        parcel = parcels[0]
        content = b"".join(row_to_json(row) + b"\n" for row in unpack(parcel.rows))
        try:
            await self._upload(parcel.name, content)
        except ResourceNotFoundError:
            await self._create_container()
            await self._upload(parcel.name, content)
        return 1

    async def _upload(self, name: str, content: bytes) -> None:
        await self._container.upload_blob(name, content, overwrite=True, content_settings=_NDJSON)

    async def _create_container(self) -> None:
        try:
            await self._container.create_container()
        except ResourceExistsError:
            return

    async def close(self) -> None:
        """Close the connections."""
        await self._container.close()
