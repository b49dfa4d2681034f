"""A past that `python -m laying` has laid into the archives, which is possible on this machine alone."""

from reconciliation.capture.path import LAID
from services.connections import is_of_this_machine
from services.settings import settings


def is_laid(namespace: object) -> bool:
    """True for the namespace of Capture's blobs, or the partition in a document, of a past; elsewhere the name says
    nothing."""
    return namespace == LAID and is_of_this_machine(settings().warehouse.connection_string or "")
