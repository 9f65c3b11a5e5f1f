"""Whether a table tracks what it reads: what makes it rebuild against its query.

A model is rendered as dbt would for a first build, with the project's own macros; only what would
ask the server is answered here. So the rendered SQL begins with what `overwrites` wrote: the tables
that the model tracks. Below it is the query with every table that it reads.
"""

import datetime
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml

from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, declaration, named
from .dbt_project import PACKAGE

Node = dict[str, Any]
OVERWRITES = re.compile(r"/\* overwrites (.*?) \*/", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
RELATION = re.compile(r"⟨(.*?)⟩")
# What the YAML says of a table that is read and not tracked: see CONVENTIONS.md.
EXEMPTIONS = ("covered_by", "unread")
# What to rebuild is begun by one of these; the other macros add to it or unite it.
BEGINNINGS = ("partitions_to_rebuild", "rebuild_if_changed", "files_to_stage")


@dataclass(frozen=True)
class Relation:
    """A table as macros see it; in SQL it is known by its unique id.

    Attributes:
        identifier: its unique id in the dbt manifest.
        schema: the same for all.
    """

    identifier: str
    schema: str = "relation"

    def __str__(self) -> str:
        return f"⟨{self.identifier}⟩"


class Returned(Exception):
    """How a macro's `return` leaves it, as in dbt."""


class CannotBeRendered(Exception):
    """Says why."""


@dataclass
class Rendered:
    """What a model does.

    Attributes:
        declared: the tables that it tracks, by unique id.
        staged: those of them whose files a staging model tracks.
        read: those that its query reads.
        calls: the arguments of every call of a macro of BEGINNINGS, and of `overwrites`.
    """

    declared: set[str] = field(default_factory=set)
    staged: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def arguments(self, macro: str, name: str) -> Iterator[Any]:
        """What was given for an argument of a macro, call by call."""
        for call in self.calls.get(macro, []):
            yield call.get(name)


class Project:
    """The models of the dbt manifest, and its macros to render them with."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.nodes: dict[str, Node] = {**manifest["nodes"], **manifest["sources"]}
        self._ids = {
            node["name"]: name
            for name, node in manifest["nodes"].items()
            if node["resource_type"] in ("model", "seed")
        }
        self._variables = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text())["vars"]
        environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        )
        self._template = cache(environment.from_string)
        self._macros = {
            macro["name"]: macro["macro_sql"]
            for macro in manifest["macros"].values()
            if macro["package_name"] == PACKAGE
            and not macro["name"].startswith(("materialization_", "test_"))
        }

    def id_of(self, name: str) -> str:
        """The unique id of a model or seed."""
        if name not in self._ids:
            raise CannotBeRendered(f"there is no {name}")
        return self._ids[name]

    def is_table(self, name: str) -> bool:
        """Whether snapshots of it can be compared."""
        return self.nodes[name]["config"].get("materialized") == "incremental"

    def parents(self, name: str) -> list[str]:
        """What a model reads or tracks itself, by unique id."""
        return (self.nodes[name].get("depends_on") or {}).get("nodes", [])

    def is_made_from(self, name: str, ancestor: str) -> bool:
        """Whether a model reads another, itself or by others."""
        found, left = set(), [name]
        while left:
            parents = set(self.parents(left.pop())) - found
            found |= parents
            left += parents
        return ancestor in found

    def title(self, name: str) -> str:
        """What people call it."""
        kind, _, title = name.split(".", 2)
        return title if kind == "source" else self.nodes[name]["name"]

    def render(self, model: Node, raw_code: str | None = None) -> Rendered:
        """What the model does, or would do with another text.

        Raises:
            CannotBeRendered: the text does not say what it overwrites, or needs what is not
                answered here.
        """
        rendered = Rendered()
        context = self._context(model, rendered)
        try:
            sql = self._template(raw_code or model["raw_code"]).render(context)
        except (jinja2.TemplateError, TypeError, AttributeError, LookupError) as error:
            raise CannotBeRendered(f"{type(error).__name__}: {error}") from error
        written = OVERWRITES.findall(sql)
        if len(written) != 1:
            raise CannotBeRendered(f"it says {len(written)} times what it overwrites")
        consumed = json.loads(written[0])["consumed"].keys() - {"variables"}
        rendered.declared |= {name.partition(".")[2] for name in consumed}
        for call in rendered.calls.get("files_to_stage", []):
            source = f"source.{PACKAGE}.{call['source_name']}.{call['table_name']}"
            rendered.staged |= {source, self.id_of("stg_landing__files")}
        rendered.declared |= rendered.staged
        rendered.read = set(RELATION.findall(COMMENT.sub("", sql))) - {model["unique_id"]}
        return rendered

    def _context(self, model: Node, rendered: Rendered) -> dict[str, Any]:
        """What the text of a model may name."""
        context: dict[str, Any] = {}
        for name, text in self._macros.items():
            call = partial(self._call, name, text, context)
            is_recorded = name in (*BEGINNINGS, "overwrites")
            context[name] = (
                partial(self._record, name, text, call, rendered) if is_recorded else call
            )

        def refuse(message: str) -> None:
            raise CannotBeRendered(message)

        def leave(value: Any = None) -> None:
            raise Returned(value)

        context |= {
            "ref": lambda *names, **_: Relation(self.id_of(names[-1])),
            "source": lambda *names: Relation(f"source.{PACKAGE}.{'.'.join(names)}"),
            "this": Relation(model["unique_id"]),
            "config": Config(model["config"]),
            "var": lambda name, default=None: self._variables.get(name, default),
            "model": model,
            "graph": {"sources": {}},
            "env_var": lambda _, default="": default,
            "log": lambda *_, **__: "",
            "execute": True,
            "modules": SimpleNamespace(datetime=datetime, re=re),
            "return": leave,
            "exceptions": SimpleNamespace(raise_compiler_error=refuse),
            # the answers of a server on which nothing is built yet
            "is_incremental": lambda: False,
            "load_relation": lambda _: None,
            "run_query": lambda _: [[""]],
            "table_properties": lambda _: {},
            "values_of_variables": lambda: "",
        }
        return context

    def _call(
        self, name: str, text: str, context: dict[str, Any], *given: Any, **named: Any
    ) -> Any:
        """A macro's result: what it returns, or else its text."""
        macro = getattr(self._template(text).make_module(context), name)
        try:
            return macro(*given, **named)
        except Returned as returned:
            return returned.args[0]

    def _record(
        self,
        name: str,
        text: str,
        call: Callable[..., Any],
        rendered: Rendered,
        *given: Any,
        **named: Any,
    ) -> Any:
        """As _call, and the arguments are kept by name."""
        parameters = re.findall(r"\w+", re.search(rf"macro {name}\((.*?)\)", text, re.DOTALL)[1])
        arguments = dict(zip(parameters, given, strict=False)) | named
        rendered.calls.setdefault(name, []).append(arguments)
        return call(*given, **named)


class Config:
    """What `config` is in a model: called, it sets; here all is set already."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.get = config.get

    def __call__(self, **_: Any) -> str:
        return ""


def tracking_breaches(project: Project, model: Node, raw_code: str | None = None) -> list[Breach]:
    """What is wrong with the change tracking of an incremental model, or of another text of it."""
    path = model["original_file_path"]
    try:
        rendered = project.render(model, raw_code)
        return [
            *_reading_breaches(project, model, rendered),
            *_kind_breaches(project, path, rendered),
            *_column_breaches(project, model, rendered),
        ]
    except CannotBeRendered as error:
        checker = "tests/conventions/change_tracking.py"
        fix = f"write it as other models do, or let {checker} answer what it asks"
        return [Breach(path, f"its change tracking cannot be read: {error}", fix)]


def _reading_breaches(project: Project, model: Node, rendered: Rendered) -> list[Breach]:
    """The tables that are tracked are those that are read, but for what the YAML says."""
    tracked, missing = _compared(project, rendered)
    title, path = project.title, model["original_file_path"]
    breaches = _exemption_breaches(project, model, tracked, missing)
    meta = model["config"]["meta"]
    exempt = {project.id_of(name) for key in EXEMPTIONS for name in meta.get(key) or []}
    reads = named(
        title(name) + (f" through {title(through)}" if through else "")
        for name, through in missing.items()
        if name not in exempt
    )
    superfluous = named(map(title, rendered.declared - tracked))
    if reads and superfluous:
        what = f"it tracks {superfluous}, but the query reads {reads}"
        breaches.append(Breach(path, what, "track what the query reads"))
    elif reads:
        what = f"the query reads {reads}, which is not tracked"
        why_not = f"say in the YAML why not: meta.{' or meta.'.join(EXEMPTIONS)}"
        fix = f"track it (incremental-builds.md: which macro tracks a table), or {why_not}"
        breaches.append(Breach(path, what, fix))
    elif superfluous:
        what = f"it tracks {superfluous}, which the query does not read"
        breaches.append(Breach(path, what, "remove it from what is tracked"))
    return breaches


def _compared(project: Project, rendered: Rendered) -> tuple[set[str], dict[str, str]]:
    """The tables read that are tracked, and the others with the view that reads them, if any."""
    tracked: set[str] = set()
    missing: dict[str, str] = {}
    left = [(name, "") for name in sorted(rendered.read)]
    for name, through in left:
        if name in rendered.declared:
            tracked.add(name)
        elif project.nodes[name]["config"].get("materialized") == "view":
            left += [(parent, through or name) for parent in project.parents(name)]
        else:
            missing.setdefault(name, through)
    return tracked, missing


def _exemption_breaches(
    project: Project, model: Node, tracked: set[str], missing: dict[str, str]
) -> list[Breach]:
    """What is narrowed on purpose is so still, and for the reason given."""
    path, meta, title = declaration(model), model["config"]["meta"], project.title
    covers = meta.get("covered_by") or {}
    breaches = [
        Breach(path, f"meta.{key} names {name}, which is tracked or nobody reads", "remove it")
        for key in EXEMPTIONS
        for name in meta.get(key) or []
        if project.id_of(name) not in missing
    ]
    for name, cover in ((project.id_of(name), project.id_of(by)) for name, by in covers.items()):
        if cover not in tracked or not project.is_made_from(cover, name):
            what = f"meta.covered_by lets {title(cover)} stand for {title(name)}"
            fix = "name a table that is tracked and that is made from the other"
            breaches.append(Breach(path, what, fix))
    breaches += [
        Breach(path, f"meta.unread names {name}, which the query reads itself", "track it")
        for name in meta.get("unread") or []
        if missing.get(project.id_of(name)) == ""
    ]
    return breaches


def _kind_breaches(project: Project, path: str, rendered: Rendered) -> Iterator[Breach]:
    """Snapshots are those of tables; of views and seeds the content is compared."""
    contents = {
        relation.identifier
        for relations in rendered.arguments("rebuild_if_changed", "contents")
        for relation in relations or []
    }
    for name in sorted(rendered.declared - rendered.staged):
        if name in contents and project.is_table(name):
            what = f"it compares the rows of {project.title(name)}, which is a table"
            yield Breach(path, what, "compare its snapshot: move it out of contents")
        elif name not in contents and not project.is_table(name):
            what = f"it compares snapshots of {project.title(name)}, which has none"
            small = "if it is small, name it in contents of rebuild_if_changed"
            fix = f"track the tables under it, or, {small}"
            yield Breach(path, what, fix)


def _column_breaches(project: Project, model: Node, rendered: Rendered) -> Iterator[Breach]:
    """The columns that are tracked are there, and tables are partitioned by them."""
    path = model["original_file_path"]
    for upstreams in rendered.arguments("partitions_to_rebuild", "upstreams"):
        for upstream in upstreams:
            node = project.nodes[upstream["relation"].identifier]
            partition, column = upstream.get("partition"), upstream.get("column")
            if partition not in partitions(node):
                what = f"it asks for partitions, but {node['name']} has none by {partition}"
                fix = f"name one of its partition_by: {named(partitions(node))}"
                yield Breach(path, what, fix)
            if column not in node["columns"]:
                what = f"it asks for the column {column}, which {node['name']} lacks"
                yield Breach(path, what, "name a column that it has")
    has_values = any(
        rendered.calls.get(name) for name in ("partitions_to_rebuild", "files_to_stage")
    )
    for column in rendered.arguments("overwrites", "column"):
        if column is None and has_values:
            what = "it rebuilds some values, but overwrites the whole table"
            yield Breach(path, what, "name their column in overwrites(column, rebuild)")
        elif column is not None and column not in partitions(model):
            what = f"it overwrites by {column}, which is not in partition_by"
            yield Breach(path, what, f"partition the table by {column}, or overwrite by another")


def partitions(node: Node) -> list[str]:
    """The columns by which a table is partitioned."""
    found = node["config"].get("partition_by") or []
    return [found] if isinstance(found, str) else found
