"""Numbers of things in words. Pure."""


def counted(value: int, word: str, plural: str = "") -> str:
    """A number of things: `1 case`, `1,234 cases`, or with a plural of its own."""
    return f"{value:,} {word if value == 1 else plural or f'{word}s'}"
