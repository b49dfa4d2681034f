"""The operations of a batch and their results, whichever format carried them."""

import msgspec

from local_azure.cosmos.documents import Conditions
from local_azure.cosmos.errors import bad_request


class BatchOperation(msgspec.Struct, rename="camel"):
    """One operation as the SDKs send it. Only bulk names a `partition_key` for each, as JSON."""

    operation_type: str
    id: str | None = None
    resource_body: msgspec.Raw = msgspec.Raw(b"")
    if_match: str | None = None
    if_none_match: str | None = None
    partition_key: str | None = None
    minimal: bool = msgspec.field(default=False, name="minimalReturnPreference")

    @property
    def conditions(self) -> Conditions:
        """The ETags that the operation names."""
        return Conditions(self.if_match, self.if_none_match)

    def name(self) -> str:
        """The id of the document that it is about; 400 without one."""
        if not self.id:
            raise bad_request(f"A {self.operation_type} in a batch needs an id.")
        return self.id


class Result(msgspec.Struct, rename="camel", omit_defaults=True):
    """The outcome of one operation."""

    status_code: int
    request_charge: float
    sub_status_code: int = 0
    e_tag: str = ""
    resource_body: msgspec.Raw | None = None
    retry_after_milliseconds: int = 0
