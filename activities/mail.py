"""Send a message as mail over SMTP. The server's address holds a password, and appears in no error."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from services.mail_settings import MAIL_SERVER, MailSettings, is_loopback

_TIMEOUT = 20.0


class MailError(Exception):
    """The server has not taken a mail. The text names the setting and not its value, which is a secret."""


async def send_mail(name: str, subject: str, body: str, mail: MailSettings) -> None:
    """Send a mail to everybody whom the settings name.

    Its Message-ID comes from the name, so receivers recognise a mail that is sent again. Raises MailError, whose causes
    do not hold the address either.
    """
    await asyncio.to_thread(_send, _message(name, subject, body, mail), mail)


def _message(name: str, subject: str, body: str, mail: MailSettings) -> EmailMessage:
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.recipients)
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{name}@{mail.sender.rpartition('@')[2]}>"
    message.set_content(body)
    return message


def _send(message: EmailMessage, mail: MailSettings) -> None:
    try:
        with _connected(mail.server) as connection:
            connection.send_message(message)
    except smtplib.SMTPResponseException as error:
        problem = f"answers {error.smtp_code}"
    except smtplib.SMTPRecipientsRefused:
        problem = "refuses every recipient"
    except (smtplib.SMTPException, OSError, ValueError) as error:
        problem = f"cannot be reached ({type(error).__name__})"
    else:
        return
    # Outside of the except block, or the library's error would be its context.
    raise MailError(f"the mail server of {MAIL_SERVER} {problem}")


def _connected(server: str) -> smtplib.SMTP:
    parts = urlsplit(server)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_TIMEOUT, context=context)
    else:
        connection = smtplib.SMTP(host, parts.port or 587, timeout=_TIMEOUT)
    try:
        if parts.scheme == "smtp" and not is_loopback(host):
            connection.starttls(context=context)
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection
