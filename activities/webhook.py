"""Post JSON to a webhook, signed if there is a secret to sign with. Its address is a secret too: no error holds it.

The signature is `t={Unix time},v1={hexadecimal HMAC-SHA256}` over the time, a point, and the bytes of the body. A
receiver computes it anew, compares in constant time, and refuses a time that is minutes old: so an intercepted message
cannot be posted again later.
"""

import hashlib
import hmac
import time

import aiohttp

SIGNATURE = "X-Detective-Signature"
_TIMEOUT = aiohttp.ClientTimeout(total=20)


class WebhookError(Exception):
    """The webhook has not taken a message. The text names the setting and not its value, which is a secret."""


def signature(content: bytes, secret: str, at: int) -> str:
    """The value of the header `SIGNATURE` for a body that is posted at a Unix time."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


async def post(setting: str, url: str, content: bytes, key: str, *, secret: str | None = None) -> None:
    """Post to the webhook of a setting, signed with a secret if there is one.

    Raises WebhookError, whose causes do not hold the address either.
    """
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    if secret:
        headers[SIGNATURE] = signature(content, secret, int(time.time()))
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            # A redirect would carry the message to a host that nobody has chosen.
            session.post(url, data=content, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except TimeoutError:
        problem = f"does not answer within {_TIMEOUT.total:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        problem = f"cannot be reached ({type(error).__name__})"
    else:
        if 200 <= status < 300:
            return
        problem = f"answers {status}" + (", a redirect, which is not followed" if 300 <= status < 400 else "")
    # Outside of the except block, or the library's error, whose text holds the address, would be its context.
    raise WebhookError(f"the webhook of {setting} {problem}")
