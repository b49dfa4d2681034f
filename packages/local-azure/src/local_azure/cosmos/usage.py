"""The headers `x-ms-resource-quota` and `x-ms-resource-usage`: what a resource may hold, and what it holds.

The names and their order are those of the examples in the REST reference: the answer about an item tells of its
container, one about a container or a database how many there are of them, and `x-ms-documentdb-populatequotainfo` asks
for all that a container holds. Sizes are in KB, `documentSize` in MB; `collectionSize` is
that of the documents, without their indexes.
"""

from local_azure.cosmos.store import Store

QUOTA = "x-ms-resource-quota"
USAGE = "x-ms-resource-usage"
_PROGRESS = "x-ms-documentdb-collection-index-transformation-progress"

_KB = 1024
_IN_CONTAINER = "documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;"
_SCRIPTS = "functions=25;storedProcedures=100;triggers=25;"
_NO_SCRIPTS = "functions=0;storedProcedures=0;triggers=0;"
_MOST = {"databases": 100, "collections": 5000}


def of_resources(kind: str, number: int) -> dict[str, str]:
    """The headers for so many `databases` or `collections` of the account."""
    return {QUOTA: f"{kind}={_MOST[kind]};", USAGE: f"{kind}={number};"}


class Usage:
    """The number and the size of a container's documents: no answer counts them.

    Who writes a document adds it, and the store writes the sum before it commits; what is deleted, often many at once,
    a trigger of the table takes away. With one on inserts SQLite would copy each page that an insert changes, those of
    all indexes, in case the statement fails.
    """

    def __init__(self, store: Store, container: int, table: str) -> None:
        self._store = store
        self._container = container
        self._table = table

    def keep(self) -> None:
        """Begin to keep the figures, those of documents that are there already among them. Once is enough.

        What an earlier version has made to keep them is dropped, or made anew.
        """
        if not self._store.execute("SELECT 1 FROM usage WHERE container = ?", (self._container,)).fetchone():
            self._store.write(
                f"INSERT INTO usage SELECT ?, count(*), coalesce(sum(json_size(body)), 0) FROM {self._table}",
                (self._container,),
            )
        for earlier in ("insert", "update"):
            if self._trigger(f"{self._table}_{earlier}"):
                self._store.write(f"DROP TRIGGER {self._table}_{earlier}")
        name = f"{self._table}_delete"
        sql = (
            f"CREATE TRIGGER {name} AFTER DELETE ON {self._table} BEGIN UPDATE usage SET documents = documents - 1, "
            f"bytes = bytes - json_size(OLD.body) WHERE container = {self._container}; END"
        )
        if self._trigger(name) != sql:
            self._store.write(f"DROP TRIGGER IF EXISTS {name}")
            self._store.write(sql)

    def add(self, documents: int, size: int) -> None:
        """Count documents that were written, and the bytes of JSON by which all of them have grown."""
        self._store.sums.add(self._container, documents, size)

    def drop(self) -> None:
        """Forget the figures; the triggers go with the table."""
        self._store.write("DELETE FROM usage WHERE container = ?", (self._container,))

    @property
    def documents(self) -> int:
        """The number of documents; 0 before `keep`."""
        return self._figures()[0]

    def headers(self) -> dict[str, str]:
        """The headers of an answer about items."""
        return {QUOTA: _IN_CONTAINER, USAGE: self._usage()}

    def headers_of_container(self) -> dict[str, str]:
        """The headers of an answer about the container itself, if they are asked for. Its indexes are always ready."""
        return {QUOTA: _SCRIPTS + _IN_CONTAINER, USAGE: _NO_SCRIPTS + self._usage(), _PROGRESS: "100"}

    def _usage(self) -> str:
        documents, size = self._figures()
        kilobytes = -(-size // _KB)
        megabytes = kilobytes // _KB
        return (
            f"documentSize={megabytes};documentsSize={kilobytes};documentsCount={documents};collectionSize={kilobytes};"
        )

    def _figures(self) -> tuple[int, int]:
        figures = "SELECT documents, bytes FROM usage WHERE container = ?"
        documents, size = self._store.execute(figures, (self._container,)).fetchone() or (0, 0)
        more_documents, more_bytes = self._store.sums.of(self._container)
        return documents + more_documents, size + more_bytes

    def _trigger(self, name: str) -> str | None:
        """The statement that has made a trigger; None if it does not exist."""
        made = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
        row = self._store.execute(made, (name,)).fetchone()
        return None if row is None else row[0]
