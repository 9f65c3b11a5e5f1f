"""Imports go one way: no circles, nothing reaches up, and only three packages to import."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from warehouse.settings import PROJECT_ROOT

PACKAGES = ("generator", "orchestration", "warehouse")
THIS_FILE = "tests/conventions/test_imports.py"
# The layers of `warehouse`, from the ground up. A module imports from its own layer and from those
# before it. It is in the layer that names it or else the nearest package around it.
LAYERS = (
    ("warehouse.errors",),
    ("warehouse.console", "warehouse.settings"),
    ("warehouse.services.machine", "warehouse.sql"),
    ("warehouse.dbt", "warehouse.landing"),
    ("warehouse.services",),
    ("warehouse.services.airflow",),
    (
        "warehouse.docs",
        "warehouse.doctor",
        "warehouse.lifecycle",
        "warehouse.maintenance",
        "warehouse.scaffold",
        "warehouse.simulated_shop",
        "warehouse.status",
    ),
    (
        "warehouse.commands",
        "warehouse.demo",
        "warehouse.landing.commands",
        "warehouse.maintenance.commands",
        "warehouse.scaffold.commands",
        "warehouse.services.airflow.commands",
        "warehouse.simulated_shop.commands",
    ),
    ("warehouse.cli",),
    ("warehouse.__main__",),
)


@dataclass(frozen=True)
class Import:
    """That a module imports another one of the project; `for_types`: only a type checker does."""

    module: str
    imported: str
    for_types: bool


class Project:
    """The modules of the project, by their names, and what they import of each other."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._files = {module_of(file): file for file in sources}
        self.imports = [
            found
            for file, source in sources.items()
            for found in self._imports_of(module_of(file), source)
        ]

    def file(self, module: str) -> str:
        return self._files[module]

    def modules(self, package: str) -> list[str]:
        return sorted(name for name in self._files if name.split(".")[0] == package)

    def _imports_of(self, module: str, source: str) -> Iterator[Import]:
        tree = ast.parse(source)
        for_types = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
            for statement in block.body
            for node in ast.walk(statement)
        }
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                whole = [f"{node.module}.{each.name}" for each in node.names]
                names = [name if name in self._files else node.module for name in whole]
            for name in dict.fromkeys(names):
                if name in self._files:
                    yield Import(module, name, id(node) in for_types)


def module_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def layer_of(module: str) -> int | None:
    """The number of a module's layer; none if no layer names it or a package around it."""
    places = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    while module not in places and "." in module:
        module = module.rpartition(".")[0]
    return places.get(module)


def circles(modules: Project) -> Iterator[str]:
    """A line for each circle; one that shares an import with another may hide it."""
    graph: dict[str, set[str]] = {}
    for each in modules.imports:
        if not each.for_types and each.imported != each.module:
            graph.setdefault(each.module, set()).add(each.imported)
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # Each is imported by the next one.
            names = error.args[1]
            way = " → ".join(reversed([modules.file(name) for name in names]))
            fix = "move what they share into a module below them"
            yield f"{modules.file(names[-1])}: imports itself: {way}. Fix: {fix}"
            graph[names[1]].discard(names[0])
        else:
            return


def upward(modules: Project) -> Iterator[str]:
    """A line for each import within `warehouse` that reaches up, and each module without layer."""
    for module in modules.modules("warehouse"):
        if layer_of(module) is None and module != "warehouse":
            yield f"{modules.file(module)}: is in no layer. Fix: name it in LAYERS of {THIS_FILE}"
    for each in modules.imports:
        below, above = layer_of(each.module), layer_of(each.imported)
        if below is not None and above is not None and above > below:
            yield (
                f"{modules.file(each.module)}: imports {modules.file(each.imported)}, which stands "
                "above it. Fix: move what it needs down, or what needs it up"
            )


def outward(modules: Project) -> Iterator[str]:
    """A line for each import that crosses from one of the three packages where none may."""
    for each in modules.imports:
        ours, theirs = each.module.split(".")[0], each.imported.split(".")[0]
        if ours == "generator" and theirs != ours:
            fix = "hand in what it needs, or move the module to warehouse/simulated_shop"
        elif theirs == "orchestration" and ours == "warehouse":
            fix = "move what it needs to warehouse; Airflow loads orchestration by its path"
        else:
            continue
        yield f"{modules.file(each.module)}: imports {modules.file(each.imported)}. Fix: {fix}"


def misplaced(root: Path) -> Iterator[str]:
    """A line for each Python module at the root, and each import name beside the three."""
    fix = f"move it into one of {', '.join(PACKAGES)}"
    for file in sorted(root.glob("*.py")):
        yield f"{file.name}: is a module at the root. Fix: {fix}"
    for file in sorted(root.glob("*/__init__.py")):
        if file.parent.name not in PACKAGES:
            yield f"{file.parent.name}: is a package at the root. Fix: {fix}"
    tools = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    found = tools["setuptools"]["packages"]["find"]["include"]
    if found != [f"{package}*" for package in PACKAGES]:
        yield f"pyproject.toml: installs {', '.join(found)}. Fix: only {', '.join(PACKAGES)}"


def report(breaches: Iterator[str]) -> None:
    found = list(breaches)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.fixture(scope="module")
def modules() -> Project:
    files = [file for package in PACKAGES for file in (PROJECT_ROOT / package).rglob("*.py")]
    return Project({str(file.relative_to(PROJECT_ROOT)): file.read_text() for file in files})


def test_there_are_modules_to_check(modules: Project) -> None:
    assert all(len(modules.modules(package)) > 10 for package in PACKAGES)
    assert len(modules.imports) > 300


def test_no_module_imports_itself_by_way_of_others(modules: Project) -> None:
    report(circles(modules))


def test_within_warehouse_nothing_reaches_up(modules: Project) -> None:
    report(upward(modules))


def test_the_generator_stands_alone_and_nothing_imports_orchestration(modules: Project) -> None:
    report(outward(modules))


def test_only_three_packages_are_there_to_import() -> None:
    report(misplaced(PROJECT_ROOT))


LATER_IMPORT = "def f() -> None:\n    import generator.a"


@pytest.mark.parametrize(
    ("sources", "check", "line"),
    [
        (
            {"generator/a.py": "from generator import b", "generator/b.py": LATER_IMPORT},
            circles,
            "generator/a.py: imports itself: generator/a.py → generator/b.py → generator/a.py.",
        ),
        (
            {
                "warehouse/sql/a.py": "from warehouse.lifecycle import up",
                "warehouse/lifecycle.py": "",
            },
            upward,
            "warehouse/sql/a.py: imports warehouse/lifecycle.py, which stands above it.",
        ),
        ({"warehouse/new.py": ""}, upward, "warehouse/new.py: is in no layer."),
        (
            {"generator/plan.py": "from warehouse import errors", "warehouse/errors.py": ""},
            outward,
            "generator/plan.py: imports warehouse/errors.py.",
        ),
        (
            {"warehouse/cli.py": "import orchestration.tasks", "orchestration/tasks.py": ""},
            outward,
            "warehouse/cli.py: imports orchestration/tasks.py.",
        ),
    ],
)
def test_each_breach_is_a_line_with_a_fix(sources: dict[str, str], check, line: str) -> None:
    [found] = check(Project(sources))
    assert found.startswith(f"{line} Fix: ")


def test_what_only_a_type_checker_imports_is_no_circle() -> None:
    a = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from warehouse.sql import b"
    project = Project({"warehouse/sql/a.py": a, "warehouse/sql/b.py": "import warehouse.sql.a"})
    assert list(circles(project)) == []
