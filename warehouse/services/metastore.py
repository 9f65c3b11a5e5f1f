"""The Hive metastore, which keeps what tables there are."""

import subprocess
from pathlib import Path

import psycopg

from warehouse.errors import WarehouseError
from warehouse.services import postgresql
from warehouse.services.configuration import (
    SIMPLE_JAVA,
    java_options,
    write_hadoop_xml,
    write_log4j,
)
from warehouse.services.java import Java
from warehouse.services.libraries import PYSPARK_JARS, Libraries
from warehouse.services.machine.memory import MemoryBudget
from warehouse.services.machine.processes import Command
from warehouse.settings import Settings

DATABASE = "metastore"


def command(settings: Settings, java: Java, libraries: Libraries, memory: MemoryBudget) -> Command:
    """How to run the metastore; makes its tables before the first start. Needs PostgreSQL.

    Raises:
        WarehouseError: the tables could not be made.
    """
    configuration = settings.data_folder.resolve() / "configuration" / "metastore"
    write_log4j(configuration)
    write_hadoop_xml(configuration / "hive-site.xml", _settings(settings))
    classes = loopback_classes(settings, java)
    drivers = libraries.class_path("metastore")
    program = [
        str(java.executable),
        *java_options(settings, memory.metastore_heap),
        *SIMPLE_JAVA,
        "-cp",
        f"{configuration}:{classes}:{drivers}:{PYSPARK_JARS}/*",
    ]
    _make_tables(settings, program, configuration)
    port = str(settings.port("metastore"))
    return Command([*program, "org.apache.hadoop.hive.metastore.HiveMetaStore", "-p", port])


def loopback_classes(settings: Settings, java: Java) -> Path:
    """Folder with the class that makes the metastore listen on the loopback address only.

    Hive 2.3 binds every address and has no setting for it. The class replaces Hive's own of the
    same name; the Scala compiler that pyspark ships compiles it, once.

    Raises:
        WarehouseError: it did not compile.
    """
    source = Path(__file__).with_name("HiveAuthUtils.scala")
    classes = settings.data_folder.resolve() / "classes"
    done = classes / "compiled"
    if not done.exists() or done.read_text() != source.read_text():
        classes.mkdir(parents=True, exist_ok=True)
        needed = ("scala-compiler", "scala-library", "scala-reflect", "libthrift")
        class_path = ":".join(str(next(PYSPARK_JARS.glob(f"{name}-*.jar"))) for name in needed)
        java_program: list[str | Path] = [java.executable, *SIMPLE_JAVA, "-cp", class_path]
        compiler = ("scala.tools.nsc.Main", "-cp", class_path, "-nowarn", "-d", classes, source)
        answer = subprocess.run(
            [*java_program, *compiler],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if answer.returncode:
            raise WarehouseError(f"{source.name} did not compile: {answer.stdout.strip()}")
        done.write_text(source.read_text())
    return classes


def _make_tables(settings: Settings, program: list[str], configuration: Path) -> None:
    """Make all tables in one go: made lazily they deadlock inside open transactions."""
    with postgresql.connect(settings) as connection:
        exists = connection.execute(
            "select 1 from pg_database where datname = %s", [DATABASE]
        ).fetchone()
        if not exists:
            connection.execute(f"create database {DATABASE}")
    with postgresql.connect(settings, DATABASE) as connection:
        [(marker,)] = connection.execute("select to_regclass('tables_are_complete')").fetchall()
        if marker:
            return
        # What an interrupted attempt left is taken away first.
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        properties = configuration / "schema.properties"
        properties.touch(mode=0o600)
        names = ("javax.jdo.", "datanucleus.")
        properties.write_text(
            "".join(
                f"{name}={value}\n"
                for name, value in _settings(settings).items()
                if name.startswith(names)
            )
        )
        answer = subprocess.run(
            [
                *program,
                "org.datanucleus.store.schema.SchemaTool",
                *("-create", "-api", "JDO", "-props", properties, "package.jdo"),
            ],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        properties.unlink()
        if answer.returncode:
            last = (answer.stdout + answer.stderr).strip().splitlines()[-1:]
            raise WarehouseError(f"The metastore's tables could not be made: {' '.join(last)}")
        try:
            connection.execute("create table tables_are_complete ()")
        except psycopg.Error as error:
            raise WarehouseError(f"The metastore's tables could not be made: {error}") from error


def _settings(settings: Settings) -> dict[str, object]:
    address = f"127.0.0.1:{settings.port('postgresql')}/{DATABASE}"
    return {
        "javax.jdo.option.ConnectionURL": f"jdbc:postgresql://{address}",
        "javax.jdo.option.ConnectionDriverName": "org.postgresql.Driver",
        "javax.jdo.option.ConnectionUserName": postgresql.USER,
        "javax.jdo.option.ConnectionPassword": postgresql.password(settings),
        "datanucleus.identifierFactory": "datanucleus1",
        "datanucleus.schema.autoCreateAll": "true",
        "hive.metastore.schema.verification": "false",
        # Iceberg knows columns by number: a table may be replaced by one with other columns.
        "hive.metastore.disallow.incompatible.col.type.changes": "false",
        "hive.metastore.warehouse.dir": settings.hdfs + settings.tables_folder,
        "fs.defaultFS": settings.hdfs,
        # The jar it would need is not in pyspark.
        "hive.async.log.enabled": "false",
    }
