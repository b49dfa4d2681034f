"""Refusals of the desk, as RFC 9457 describes problems; pages and endpoints tell them alike."""


class ProblemError(Exception):
    """A request that is refused: an HTTP status, a title, what to do, and the field that is wrong."""

    def __init__(self, status: int, title: str, detail: str, field: str | None = None) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field


def bad_request(field: str | None, detail: str) -> ProblemError:
    """400: a request that is wrong in one field."""
    return ProblemError(400, "Bad request", detail, field)


def not_found(subject: str, name: str) -> ProblemError:
    """404: nothing has this name."""
    return ProblemError(404, f"No such {subject}", f"there is no {subject} {name[:100]}")
