"""The reasons for which Azure refuses to give a blob, each with what brings it back."""

import pytest
from azure.core.exceptions import HttpResponseError

from services.blobs import is_unreadable, why_unreadable


def refused(code: str | None) -> HttpResponseError:
    """An error as the SDK raises it: with the service's code, or none if no service has answered."""
    error = HttpResponseError("refused")
    if code is not None:
        error.error_code = code  # pyright: ignore[reportAttributeAccessIssue]  # the storage SDK sets it
    return error


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("BlobArchived", "in the archive tier: bring it back"),
        ("BlobBeingRehydrated", "on its way back from the archive tier: wait"),
        ("BlobUsesCustomerSpecifiedEncryption", "somebody's own key"),
    ],
)
def test_each_reason_is_said_as_it_is(code: str, said: str):
    assert said in (why_unreadable(refused(code)) or "")
    assert is_unreadable(refused(code))


@pytest.mark.parametrize("code", [None, "AuthorizationFailure", "ServerBusy"])
def test_any_other_error_is_not_the_blobs_own(code: str | None):
    assert not is_unreadable(refused(code))
