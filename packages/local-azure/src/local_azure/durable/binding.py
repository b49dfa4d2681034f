"""The URLs under which an instance is managed, and the durable client binding's JSON that carries them."""

import json
from urllib.parse import quote, quote_plus, unquote_plus

WEBHOOK_BASE = "/runtime/webhooks/durabletask"
RPC_BASE = "/durabletask"
CONNECTION = "Storage"
INSTANCE_PLACEHOLDER = "INSTANCEID"

_OPERATIONS = {
    "sendEventPostUri": "/raiseEvent/{eventName}",
    "terminatePostUri": "/terminate?reason={text}",
    "rewindPostUri": "/rewind?reason={text}",
    "purgeHistoryDeleteUri": "",
    "restartPostUri": "/restart",
    "suspendPostUri": "/suspend?reason={text}",
    "resumePostUri": "/resume?reason={text}",
}


def management_urls(base_url: str, hub_name: str, instance_id: str, key: str | None = None) -> dict[str, str]:
    """The management payload of an instance, as the durable client's binding carries it.

    `base_url` is the host's origin (`http://127.0.0.1:7071`); `key` is the system key of the webhooks, if they ask for
    one: whoever gets these addresses may use them.
    """
    prefix = f"{base_url.rstrip('/')}{WEBHOOK_BASE}/instances/{form_encoded(instance_id)}"
    query = _query(hub_name, key)
    urls = {"id": instance_id, "statusQueryGetUri": f"{prefix}?{query}"}
    for name, path in _OPERATIONS.items():
        urls[name] = f"{prefix}{path}{'&' if '?' in path else '?'}{query}"
    return urls


def started_urls(base_url: str, hub_name: str, instance_id: str, key: str | None = None) -> dict[str, str]:
    """The management payload that a start or restart over HTTP answers with: there is nothing to rewind yet."""
    urls = management_urls(base_url, hub_name, instance_id, key)
    del urls["rewindPostUri"]
    return urls


def client_binding(base_url: str, hub_name: str, key: str | None = None, rpc_base: str = RPC_BASE) -> str:
    """The JSON text that the `durableClient` input binding hands to the SDK."""
    origin = base_url.rstrip("/")
    query = _query(hub_name, key)
    start = f"{origin}{WEBHOOK_BASE}/orchestrators/{{functionName}}[/{{instanceId}}]"
    return json.dumps(
        {
            "taskHubName": hub_name,
            "connectionName": CONNECTION,
            "creationUrls": {
                "createNewInstancePostUri": f"{start}?{query}",
                "createAndWaitOnNewInstancePostUri": (
                    f"{start}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&{query}"
                ),
            },
            "managementUrls": management_urls(origin, hub_name, INSTANCE_PLACEHOLDER, key),
            "baseUrl": f"{origin}{WEBHOOK_BASE}",
            "requiredQueryStringParameters": query,
            "rpcBaseUrl": f"{origin}{rpc_base}/",
            "httpBaseUrl": f"{origin}{WEBHOOK_BASE}",
        }
    )


def form_encoded(text: str) -> str:
    """A text as .NET's WebUtility.UrlEncode writes it into an address."""
    return quote_plus(text, safe="!*()").replace("~", "%7E")


def form_decoded(text: str) -> str:
    """A part of a path, which the extension decodes once more as a form: a plus is a space, `%252B` a plus."""
    return unquote_plus(text)


def _query(hub_name: str, key: str | None) -> str:
    query = f"taskHub={quote(hub_name, safe='')}&connection={CONNECTION}"
    return f"{query}&code={quote(key, safe='')}" if key else query
