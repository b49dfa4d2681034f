"""Post JSON to a webhook. Its address is a secret, and appears in no error."""

import aiohttp

_TIMEOUT = aiohttp.ClientTimeout(total=20)


class WebhookError(Exception):
    """The webhook has not taken a message. The text names the setting and not its value, which is a secret."""


async def post(setting: str, url: str, content: bytes, key: str) -> None:
    """Post to the webhook of a setting. Raises WebhookError, whose causes do not hold the address either."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
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
