"""Who calls the desk, and what they may do."""

from typing import Literal

import msgspec

from fraud.desk.review import By

Role = Literal["reader", "analyst", "operator"]
ROLES: tuple[Role, ...] = ("reader", "analyst", "operator")
"""Each may do all that those before may: a reader looks, an analyst decides cases, an operator runs the pipeline."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls, in which role, and how that is known. A key that names nobody has no name: it may read."""

    name: str | None
    role: Role
    by: By

    def may(self, role: Role) -> bool:
        """True if the caller's role is this one or above."""
        return ROLES.index(self.role) >= ROLES.index(role)
