"""The source systems: what each declares about its tables and the dialect of its files.

A source system is declared once, in the dbt sources file
`models/staging/<source>/_<source>__sources.yml`; dbt, landing and the raw tables all read it.
"""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from warehouse.errors import UsageError
from warehouse.settings import PROJECT_ROOT

STAGING_FOLDER = PROJECT_ROOT / "models" / "staging"

# The source system whose logs the generator writes.
SIMULATED = "shop"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Character = Annotated[str, Field(min_length=1, max_length=1)]
Text = Annotated[str, StringConstraints(min_length=1)]


class TableMeta(BaseModel):
    """What landing must know about the files of one table."""

    file_name_patterns: list[Text] = Field(min_length=1)
    required_columns: list[Text] = Field(min_length=1)
    arrives: Literal["daily"] | None = None


class TableConfig(BaseModel):
    """The dbt `config` of a table."""

    meta: TableMeta


class Table(BaseModel):
    """One table of a source system."""

    name: Name
    identifier: Name
    description: str = ""
    config: TableConfig

    @property
    def required_columns(self) -> list[str]:
        """Column names that every file's header must hold, in any order."""
        return self.config.meta.required_columns

    @property
    def file_name_patterns(self) -> list[str]:
        """Shell-style patterns of the names its files have, without `.gz`."""
        return self.config.meta.file_name_patterns

    @property
    def arrives_daily(self) -> bool:
        """Whether every date should bring at least one file."""
        return self.config.meta.arrives == "daily"

    def takes(self, file_name: str) -> bool:
        """Whether a file of this name, without `.gz`, belongs to the table."""
        return any(fnmatchcase(file_name, pattern) for pattern in self.file_name_patterns)


class SourceMeta(BaseModel):
    """The dialect of a source system's files and the currency of its amounts."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    delimiter: Character = ","
    quote: Character = '"'


class SourceConfig(BaseModel):
    """The dbt `config` of a source system."""

    meta: SourceMeta


class Source(BaseModel):
    """One source system."""

    name: Name
    config: SourceConfig
    tables: list[Table] = Field(min_length=1)

    @model_validator(mode="after")
    def _table_names_differ(self) -> "Source":
        names = [table.name for table in self.tables]
        identifiers = [table.identifier for table in self.tables]
        if len(set(names)) < len(names) or len(set(identifiers)) < len(identifiers):
            raise ValueError("two tables have the same name or identifier")
        return self

    @property
    def delimiter(self) -> str:
        """What separates the fields of a line."""
        return self.config.meta.delimiter

    @property
    def quote(self) -> str:
        """What surrounds a field that holds the delimiter."""
        return self.config.meta.quote

    def table(self, name: str) -> Table:
        """The table of this name.

        Raises:
            UsageError: there is none.
        """
        for table in self.tables:
            if table.name == name:
                return table
        known = ", ".join(table.name for table in self.tables)
        raise UsageError(f"{self.name} has no table {name}", f"name one of its tables: {known}")


class SourcesFile(BaseModel):
    """A dbt sources file that declares one source system."""

    sources: list[Source] = Field(min_length=1, max_length=1)


def known_sources(staging_folder: Path = STAGING_FOLDER) -> list[str]:
    """The names of all declared source systems, sorted."""
    return sorted(
        path.parent.name
        for path in staging_folder.glob("*/_*__sources.yml")
        if path.name == f"_{path.parent.name}__sources.yml"
    )


def load_source(name: str, staging_folder: Path = STAGING_FOLDER) -> Source:
    """Read and check the declaration of one source system.

    Raises:
        UsageError: there is no such source system, or its file is not a valid declaration.
    """
    known = known_sources(staging_folder)
    if name not in known:
        raise UsageError(
            f"There is no source system {name}",
            f"name one of {', '.join(known)}, or declare it in "
            f"models/staging/{name}/_{name}__sources.yml",
        )
    path = staging_folder / name / f"_{name}__sources.yml"
    shown = f"models/staging/{name}/{path.name}"
    try:
        source = SourcesFile.model_validate(yaml.safe_load(path.read_text("utf-8"))).sources[0]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{shown} is not valid YAML: {reason}", "correct the file") from None
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        raise UsageError(f"{shown}: {key or 'file'}: {message}", "correct the file") from None
    if source.name != name:
        raise UsageError(
            f"{shown} declares {source.name}", f"call the source {name}, as its folder is called"
        )
    return source


def load_sources(staging_folder: Path = STAGING_FOLDER) -> list[Source]:
    """Every declared source system, by name.

    Raises:
        UsageError: one of the files is not a valid declaration.
    """
    return [load_source(name, staging_folder) for name in known_sources(staging_folder)]
