"""Landing: CSV logs of any source system into the raw zone of HDFS."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.landing.land_files import land
    from warehouse.landing.manifest.live_files import unland
    from warehouse.landing.streams import StoredStream, record_streams, store_stream
    from warehouse.landing.summary import Outcome

__all__ = [
    "Outcome",
    "StoredStream",
    "land",
    "record_streams",
    "store_stream",
    "unland",
]

_MODULES = {
    "Outcome": "warehouse.landing.summary",
    "land": "warehouse.landing.land_files",
    "unland": "warehouse.landing.manifest.live_files",
    "StoredStream": "warehouse.landing.streams",
    "record_streams": "warehouse.landing.streams",
    "store_stream": "warehouse.landing.streams",
}


def __getattr__(name: str) -> Any:
    """Import the drivers of HDFS and Thrift when they are first needed, not with the package."""
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_MODULES[name]), name)
