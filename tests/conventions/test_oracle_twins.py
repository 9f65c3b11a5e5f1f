"""A mart is computed twice: what `tests/end_to_end/test_oracle.py` compares is there to compare."""

from typing import Any

from ..oracle.database import AREAS
from ..oracle.twins import MARTS, QUALITY, areas_of, tables_of
from .breaches import Breach, report


def test_every_mart_has_a_twin(models: list[dict[str, Any]]) -> None:
    computed = {table for area in AREAS for table in tables_of(area)}
    breaches = []
    for model in models:
        name = model["name"]
        if name not in (*MARTS, *QUALITY) or name in computed:
            continue
        folder = model["fqn"][-2]
        file = " or ".join(f"tests/oracle/{area}.sql" for area in areas_of(folder))
        fix = f"add `create table {name} as`, computed from landed lines by its description alone"
        if not file:
            file, fix = f"tests/oracle/{folder}.sql", f"{fix}, and {folder} to AREAS of database.py"
        breaches.append(Breach(file, f"does not compute {name}", fix))
    report(breaches)
