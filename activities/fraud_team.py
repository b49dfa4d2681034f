"""The receivers of the fraud team: the webhook takes every band, mail the band high alone."""

import msgspec

from activities.mail import send_mail
from activities.webhook import post
from fraud.desk.alert_cards import Card, posted
from services.mail_settings import MailSettings
from services.settings import ALERT_WEBHOOK_URL, settings


def has_receiver(band: str) -> bool:
    """True if the settings name somebody who is told of a band."""
    return bool(settings().alert_webhook_url or _mail_of(band))


async def tell_team(band: str, name: str, content: msgspec.Struct, card: Card, text: str) -> None:
    """Tell every receiver of a band: the content or its card is posted, the text is mailed under the card's title.

    Receivers know a repetition by the name. Raises WebhookError or MailError if one does not take it.
    """
    await post_to_team(name, content, card)
    if mail := _mail_of(band):
        await send_mail(name, card.title, text, mail)


async def post_to_team(name: str, content: msgspec.Struct, card: Card) -> None:
    """Post the content or its card to the webhook, if one is set. Raises WebhookError if it is not taken."""
    its = settings()
    if its.alert_webhook_url:
        body = posted(content, card, its.alert_format)
        await post(ALERT_WEBHOOK_URL, its.alert_webhook_url, body, name, secret=its.webhook_secret)


def _mail_of(band: str) -> MailSettings | None:
    return settings().mail if band == "high" else None
