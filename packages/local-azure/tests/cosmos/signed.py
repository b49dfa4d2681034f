"""Requests that the SDKs would not send, signed as the SDKs sign theirs."""

import base64
import hashlib
import hmac
from email.utils import formatdate
from urllib.parse import quote

from local_azure.core.connections import COSMOS_KEY

DOCS = "/dbs/fraud/colls/events/docs"


def signed(method: str, path: str, **more: str) -> dict[str, str]:
    """The headers of a request on `path`, by name."""
    segments = path.strip("/").split("/")
    resource = segments[-1] if len(segments) % 2 else segments[-2]
    link = "/".join(segments if len(segments) % 2 == 0 else segments[:-1])
    date = formatdate(usegmt=True)
    text = f"{method.lower()}\n{resource}\n{link}\n{date.lower()}\n\n"
    signature = base64.b64encode(hmac.digest(base64.b64decode(COSMOS_KEY), text.encode(), hashlib.sha256)).decode()
    headers = {"x-ms-date": date, "authorization": quote(f"type=master&ver=1.0&sig={signature}", safe="")}
    return headers | {name.replace("_", "-"): value for name, value in more.items()}


def in_store(store: str, method: str = "POST", path: str = DOCS, **more: str) -> dict[str, str]:
    """The headers of a request on documents of one store."""
    return signed(method, path, **more) | {"x-ms-documentdb-partitionkey": f'["{store}"]'}


def as_query() -> dict[str, str]:
    """The headers of a query over the documents of all stores."""
    flags = {"x-ms-documentdb-isquery": "true", "x-ms-documentdb-query-enablecrosspartition": "true"}
    return signed("POST", DOCS, content_type="application/query+json") | flags
