"""The cost of a campaign: what each part of the pipeline used, what was asked of it, and Azure's bill for as much."""

import msgspec


class PartCost(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a part from before the campaign until all about it was known; `more_` is what it grew by."""

    name: str
    cpu_seconds: float
    memory_bytes: int
    more_memory_bytes: int
    peak_memory_bytes: int
    written_bytes: int
    kept_bytes: int
    more_kept_bytes: int
    starts: int


class AskedOperations(msgspec.Struct, frozen=True, kw_only=True):
    """Operations that were asked of a part. Units: request units of Cosmos, seconds of functions, bytes of blobs."""

    part: str
    resource: str
    name: str
    count: int
    units: float


class BillRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of Azure's bill, in USD: `quantity` times `price`. `basis` says where the quantity comes from."""

    name: str
    quantity: float
    unit: str
    price: float
    usd: float
    basis: str


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of a campaign.

    - seconds: Azure's time of the campaign
    - real_seconds: between the two looks at the parts, None if there were none
    - size: the smallest of the deployment's sizes that bears the campaign's highest rate
    - request_units: of Cosmos, None if nobody counted them
    - usd: the sum of the bill
    - notes: what is not in it, and why
    """

    seconds: float
    real_seconds: float | None
    events: int
    size: str
    request_units: float | None
    parts: list[PartCost]
    asked: list[AskedOperations]
    bill: list[BillRow]
    usd: float
    notes: list[str]

    @property
    def usd_per_million(self) -> float | None:
        """The bill for a million events."""
        return self.usd / self.events * 1e6 if self.events else None

    @property
    def cores(self) -> float | None:
        """The cores that all parts kept busy between the two looks."""
        return sum(part.cpu_seconds for part in self.parts) / self.real_seconds if self.real_seconds else None

    def per_million(self, cpu_seconds: float) -> float | None:
        """Seconds of CPU for a million events."""
        return cpu_seconds / self.events * 1e6 if self.events else None
