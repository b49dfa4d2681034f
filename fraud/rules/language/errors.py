"""The error of an expression that the language does not have."""


class ExpressionError(ValueError):
    """An expression that cannot be used; the message says why, and what to write instead."""
