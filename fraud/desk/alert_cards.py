"""Messages as cards of Teams and Slack. Pure.

Teams: an Adaptive Card in a message, as its workflow "Post to a channel when a webhook request is received" takes it
(Microsoft Learn, "Create incoming webhooks with Workflows"). Slack: blocks, with a text for notifications (Slack API,
"Sending messages using incoming webhooks"); a header has 150 characters, a section ten fields.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

Format = Literal["json", "teams", "slack"]
FORMATS: tuple[Format, ...] = ("json", "teams", "slack")
_HEADER = 150
_LINE = 200
_FACTS = 10
_LINES = 12
_OPEN = "Open on the desk"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A title, some values by their names, some lines, and a link to the desk, if it is known where that is."""

    title: str
    facts: Mapping[str, str]
    lines: Sequence[str] = ()
    link: str | None = None


def posted(content: msgspec.Struct, card: Card, format: Format) -> bytes:
    """The body of a post: the content itself as JSON, or its card."""
    if format == "teams":
        return msgspec.json.encode(_teams(card))
    if format == "slack":
        return msgspec.json.encode(_slack(card))
    return msgspec.json.encode(content)


def _teams(card: Card) -> dict[str, Any]:
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _plain(card.title)[:_HEADER], "weight": "Bolder", "size": "Medium", "wrap": True},
        {"type": "FactSet", "facts": [{"title": name, "value": value} for name, value in _facts(card)]},
        *({"type": "TextBlock", "text": line, "wrap": True, "spacing": "Small"} for line in _lines(card)),
    ]
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if card.link:
        content["actions"] = [{"type": "Action.OpenUrl", "title": _OPEN, "url": card.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _slack(card: Card) -> dict[str, Any]:
    title = _plain(card.title)[:_HEADER]
    fields = [{"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in _facts(card)]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title}},
        {"type": "section", "fields": fields},
    ]
    if lines := _lines(card):
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(lines)}})
    if card.link:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"<{card.link}|{_OPEN}>"}})
    return {"text": title, "blocks": blocks}


def _facts(card: Card) -> list[tuple[str, str]]:
    return [(_plain(name), _plain(value) or "-") for name, value in list(card.facts.items())[:_FACTS]]


def _lines(card: Card) -> list[str]:
    return [_plain(line) for line in card.lines[:_LINES]]


def _plain(text: str) -> str:
    """A text in which nothing is markup, a link or a mention: a store may be any text that a producer chose."""
    return "".join(letter if letter.isalnum() or letter in " -.,:;%+()" else "?" for letter in text[:_LINE])
