"""The settings of alerts by mail: the server, who sends, who receives."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

MAIL_SERVER = "ALERT_MAIL_SERVER"
MAIL_FROM = "ALERT_MAIL_FROM"
MAIL_TO = "ALERT_MAIL_TO"
MOST_RECIPIENTS = 20

_ADDRESS = re.compile(r"[^\s@,<>\"()]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII)


class MailSettings(msgspec.Struct, frozen=True):
    """`server` is `smtps://user:password@host:port`, or `smtp://`, which asks for STARTTLS except on this machine."""

    server: str
    sender: str
    recipients: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the server, whose address holds a password."""
        return f"MailSettings({len(self.recipients)} recipients)"


def read_mail(environment: Mapping[str, str], problems: list[str]) -> MailSettings | None:
    """The settings of mail; None without a server. What is wrong is added to the problems, never with the password."""
    server, sender, text = (environment.get(name, "").strip() for name in (MAIL_SERVER, MAIL_FROM, MAIL_TO))
    if not (server or sender or text):
        return None
    recipients = tuple(part.strip() for part in text.split(",") if part.strip())
    wrong: list[str] = []
    if not _is_server(server):
        wrong.append(f"{MAIL_SERVER} must be smtps://user:password@host:port, or smtp:// for STARTTLS")
    if not _ADDRESS.fullmatch(sender):
        wrong.append(f"{MAIL_FROM} must be an address such as fraud@example.org, not {sender[:80]!r}")
    if not 0 < len(recipients) <= MOST_RECIPIENTS or not all(map(_ADDRESS.fullmatch, recipients)):
        wrong.append(f"{MAIL_TO} must be 1 to {MOST_RECIPIENTS} addresses with commas between, not {text[:80]!r}")
    problems += wrong
    return None if wrong else MailSettings(server, sender, recipients)


def is_loopback(host: str) -> bool:
    """True for a name or an address of this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and text.isprintable() and " " not in text
