"""Numbers of things, and lengths of time, in words. Pure."""


def counted(value: int, word: str, plural: str = "") -> str:
    """A number of things: `1 case`, `1,234 cases`, or with a plural of its own."""
    return f"{value:,} {word if value == 1 else plural or f'{word}s'}"


def length(seconds: float) -> str:
    """A length of time in the two units that tell it best: `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    if not seconds:
        return "0 s"
    if seconds < 1:
        return f"{seconds * 1_000:,.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = int(seconds)
    for size, name, smaller, smaller_name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size:,} {name}" + (f" {rest} {smaller_name}" if rest else "")
    raise AssertionError("a minute is the smallest of these")
