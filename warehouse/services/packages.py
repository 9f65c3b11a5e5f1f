"""Where Python packages lie whose files are used without importing them."""

from importlib.util import find_spec
from pathlib import Path

from warehouse.errors import WarehouseError


def package_folder(name: str) -> Path:
    """The folder of an installed package, which is found and not imported.

    Raises:
        WarehouseError: it is not installed.
    """
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise WarehouseError(f"The Python package {name} is not installed", "run `make install`")
    return Path(spec.origin).parent
