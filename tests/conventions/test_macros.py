"""One macro per file, which says what it does."""

from pathlib import Path
from typing import Any

from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, report
from .dbt_project import PACKAGE


def test_every_macro_has_a_file_of_its_name_and_says_what_it_does(
    manifest: dict[str, Any],
) -> None:
    breaches = []
    for macro in manifest["macros"].values():
        path = Path(macro["original_file_path"])
        if macro["package_name"] != PACKAGE or path.parts[0] != "macros":
            continue  # generic tests
        name = macro["name"]
        is_of_file = (
            name.startswith(f"materialization_{path.stem}_")
            if name.startswith("materialization_")
            else name == path.stem
        )
        if not is_of_file:
            breaches.append(Breach(path, f"holds the macro {name}", "give it a file of its name"))
        if not (PROJECT_ROOT / path).read_text().startswith("{#-"):
            what = "does not begin with a comment"
            breaches.append(Breach(path, what, "say purpose, arguments and result in {#- … -#}"))
    report(breaches)
