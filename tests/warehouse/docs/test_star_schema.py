"""What `make docs` draws; importing its tool alone takes as long as all conventions."""

import copy
from typing import Any

from warehouse.docs.star_schema import DIAGRAM, PAGE, star_schema


def test_the_diagram_of_the_page_is_what_would_be_drawn(manifest: dict[str, Any]) -> None:
    [drawn] = DIAGRAM.findall(PAGE.read_text())
    assert drawn == star_schema(copy.deepcopy(manifest))
