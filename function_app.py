"""Where the Functions host looks for the app; the package of the same name holds it."""

from function_app import app

__all__ = ["app"]
