"""Names of the blobs that an output writes: `{path}/{schemaHash}_{guid}_{number}.json`, as Stream Analytics names them.

There the guid is drawn at random; here it is computed, so that a blob that is written again is the same blob.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable
from datetime import datetime

from local_azure.stream_analytics.job.project import BlobOutput
from local_azure.stream_analytics.job.project_files import ProjectError

_TOKEN = re.compile(r"\{([^{}]*)\}")
_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M"}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "local-azure/stream-analytics")


def check_pattern(output: BlobOutput) -> None:
    """Raises ProjectError if the path pattern has a token other than {date} and {time}, or a format has a part that
    no date has."""
    for token in _TOKEN.findall(output.path_pattern):
        if token not in ("date", "time"):
            raise ProjectError(f"output {output.name}: {{{token}}} is not supported in a path pattern")
    for text in (output.date_format, output.time_format):
        if re.search("[A-Za-z]", re.sub("|".join(_PARTS), "", text)):
            raise ProjectError(f"output {output.name}: the format {text!r} is not supported")


def folder(output: BlobOutput, moment: datetime) -> str:
    """The folder of rows of this time: the path pattern with {date} and {time} filled in."""
    texts = {"date": output.date_format, "time": output.time_format}
    filled = _TOKEN.sub(lambda token: _format(texts[token.group(1)], moment), output.path_pattern)
    return filled.strip("/")


def _format(text: str, moment: datetime) -> str:
    return moment.strftime(re.sub("|".join(_PARTS), lambda part: _PARTS[part.group()], text))


def blob_name(path: str, columns: Iterable[str], *identity: str) -> str:
    """A name in the folder `path`. `identity` is what makes the content what it is, such as job, output and window."""
    schema = hashlib.sha256("\n".join(columns).encode()).hexdigest()[:16]
    name = f"{schema}_{uuid.uuid5(_NAMESPACE, '/'.join(identity)).hex}_1.json"
    return f"{path}/{name}" if path else name
