"""Rows made ready for their outputs: one parcel per message for a queue, one per blob for a container."""

from collections.abc import Iterable, Mapping
from typing import Any

from local_azure.stream_analytics.engine.query import OutputRow
from local_azure.stream_analytics.engine.serialization import pack
from local_azure.stream_analytics.engine.times import datetime_of
from local_azure.stream_analytics.job.blob_names import blob_name, folder
from local_azure.stream_analytics.job.journal import Parcel
from local_azure.stream_analytics.job.project import BlobOutput, Project


def parcels(project: Project, rows: Iterable[OutputRow], positions: Mapping[tuple[str, int], int]) -> list[Parcel]:
    """The parcels of one commit, in the order of the rows.

    Rows of one window end go into one blob named after it. Rows without a window go into a blob named after
    `positions`, how far the hub had been read when they were given.
    """
    outputs = {output.name: output for output in project.outputs}
    read_up_to = ",".join(f"{name}:{partition}:{number}" for (name, partition), number in sorted(positions.items()))
    done: list[Parcel] = []
    blobs: dict[tuple[str, str], tuple[int, list[dict[str, Any]]]] = {}
    for row in rows:
        output = outputs[row.output]
        if not isinstance(output, BlobOutput):
            done.append(Parcel(row.output, "", row.time, pack([row.row])))
            continue
        identity = f"window/{row.time}" if row.of_window else f"read/{read_up_to}"
        path = folder(output, datetime_of(row.time))
        name = blob_name(path, row.row, project.name, row.output, identity)
        blobs.setdefault((row.output, name), (row.time, []))[1].append(row.row)
    done += [Parcel(output, name, time, pack(together)) for (output, name), (time, together) in blobs.items()]
    return done
