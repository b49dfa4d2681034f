"""Capture files: the events of a window as Avro, made in a thread of its own and sent to Blob in one piece."""

import hashlib
import logging
import sqlite3
import tempfile
from pathlib import Path
from typing import IO, cast

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from local_azure.core.packing import Dictionaries
from local_azure.core.process import CannotStartError
from local_azure.event_hubs import store
from local_azure.event_hubs.capture.container import write_container
from local_azure.event_hubs.capture.encoding import encoded_records
from local_azure.event_hubs.capture.journal import Plan
from local_azure.event_hubs.capture.settings import CaptureSettings, Codec

log = logging.getLogger(__name__)
_IN_MEMORY_BYTES = 4 * 1_024 * 1_024
_CONNECT_SECONDS = 5
_READ_SECONDS = 60

USER_AGENT = "local-azure-capture"
"""By which operations that Capture asks for are known (core/operations.py)."""


class CaptureFiles:
    """Writes the blobs of one container; its methods block, and may run in several threads at once.

    Raises CannotStartError for a connection string that is malformed.
    """

    def __init__(self, settings: CaptureSettings, database: Path) -> None:
        self._codec: Codec = settings.codec
        self._database = database
        try:
            self._container = ContainerClient.from_connection_string(
                settings.connection,
                settings.container,
                retry_total=0,
                connection_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                user_agent=USER_AGENT,
            )
        except ValueError as error:
            raise CannotStartError(f"--capture-connection: {error}") from error

    def write(self, partition: int, plan: Plan) -> None:
        """Write a window's blob; a second run writes the same bytes. Raises AzureError or OSError."""
        window, name = plan
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(self._database.parent)) as file:
            self._encode(cast("IO[bytes]", file), partition, plan)
            size = file.tell()
            file.seek(0)
            self._upload(name, cast("IO[bytes]", file), size)
        log.info("captured %d events in %s (%d bytes)", window.end - window.start, name, size)

    def _encode(self, file: IO[bytes], partition: int, plan: Plan) -> None:
        window, name = plan
        database = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, isolation_level=None)
        try:
            rows = store.read(database, Dictionaries(database), partition, window.start, window.end)
            marker = hashlib.sha256(name.encode()).digest()[:16]
            write_container(file, encoded_records(rows, partition), self._codec, marker)
        finally:
            database.close()

    def _upload(self, name: str, file: IO[bytes], size: int) -> None:
        blob = self._container.get_blob_client(name)
        try:
            blob.upload_blob(file, length=size, overwrite=True, max_concurrency=1)
        except ResourceNotFoundError:
            log.info("container %s is missing and made", self._container.container_name)
            self._make_container()
            file.seek(0)
            blob.upload_blob(file, length=size, overwrite=True, max_concurrency=1)

    def _make_container(self) -> None:
        try:
            self._container.create_container()
        except ResourceExistsError:
            log.debug("another partition was faster")

    def close(self) -> None:
        """Let the connections go."""
        self._container.close()
