"""The templates of pages, read in one way: whatever a template prints is escaped, and an absent value is an error."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def templates_of(package: str) -> "Environment":
    """The templates in the folder `templates` of a package, each read from its file once."""
    # 50 ms that an app which starts, and most commands, do not need.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
