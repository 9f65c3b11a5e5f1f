"""Where things are in the raw zone of HDFS."""

import hashlib
import re
import socket
from datetime import date
from pathlib import Path

from warehouse.settings import Settings


def table_folder(settings: Settings, source_name: str, table_name: str) -> str:
    """The folder of a raw table."""
    return f"{settings.raw_folder}/{source_name}/{table_name}"


def partition_folder(folder: str, landed_date: date) -> str:
    """The folder of one landed date below a table's folder."""
    return f"{folder}/landed_date={landed_date.isoformat()}"


def uploads_folder(folder: str) -> str:
    """Where a table's unfinished uploads are; the underscore hides it from Spark."""
    return f"{folder}/_uploads"


def stored_stem(file_name: str) -> str:
    """The file's name without `.csv`, reduced to what every path and address can hold.

    It never begins with an underscore or full stop, which would hide the file from Spark.
    """
    stem = re.sub(r"\.csv$", "", file_name, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).lstrip("._")[:100] or "file"


def stored_name(file_name: str, checksum: str) -> str:
    """The immutable name of a file's content in HDFS."""
    return f"{stored_stem(file_name)}.{checksum[:12]}.csv"


def upload_name(path: Path, size: int, modified: int) -> str:
    """The name of an unfinished upload: the same again while the file here is the same.

    Args:
        path: the file on this machine, absolute.
        size: its bytes.
        modified: when it was last modified, in nanoseconds.
    """
    identity = f"{socket.gethostname()}\0{path!a}\0{size}\0{modified}"
    return hashlib.sha256(identity.encode()).hexdigest()[:24]


def stream_stem(file_name: str) -> str:
    """The beginning of the names of unfinished uploads of one stream from this machine."""
    return hashlib.sha256(f"{socket.gethostname()}\0{file_name!a}".encode()).hexdigest()[:24]
