"""Writes the configuration files of the services."""

from pathlib import Path
from xml.sax.saxutils import escape

from warehouse.settings import Settings

# What Java must open to Hadoop, Hive and Spark since Java 17; the list of Spark's own launcher.
JAVA_OPTIONS = [
    "-XX:+IgnoreUnrecognizedVMOptions",
    "-Duser.timezone=UTC",
    "-Djava.net.preferIPv4Stack=true",
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar",
        )
    ),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
]


# For what is small and hardly busy: compiled simply, it starts in half the processor time.
SIMPLE_JAVA = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def java_options(settings: Settings, heap_mib: int) -> list[str]:
    """Options of every service's Java: its heap, and the mark by which its process is found."""
    temporary = settings.data_folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return [
        f"-Xmx{heap_mib}m",
        *JAVA_OPTIONS,
        f"-Djava.io.tmpdir={temporary.resolve()}",
        f"-Dwarehouse.data={settings.data_folder.resolve()}",
    ]


def write_hadoop_xml(file: Path, properties: dict[str, object]) -> None:
    """Write a Hadoop or Hive configuration file, readable by its owner only."""
    entries = "".join(
        f"  <property><name>{escape(name)}</name><value>{escape(str(value))}</value></property>\n"
        for name, value in properties.items()
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(f'<?xml version="1.0"?>\n<configuration>\n{entries}</configuration>\n')


def write_log4j(folder: Path) -> None:
    """Logging to standard output, which is the service's log file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log4j.properties").write_text(
        "log4j.rootLogger=WARN,console\n"
        "log4j.logger.org.apache.hadoop.hdfs.server=INFO\n"
        "log4j.logger.BlockStateChange=WARN\n"
        "log4j.appender.console=org.apache.log4j.ConsoleAppender\n"
        "log4j.appender.console.layout=org.apache.log4j.PatternLayout\n"
        "log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n\n"
    )
    (folder / "log4j2.properties").write_text(
        "rootLogger.level=warn\n"
        "rootLogger.appenderRef.console.ref=console\n"
        "appender.console.type=Console\n"
        "appender.console.name=console\n"
        "appender.console.layout.type=PatternLayout\n"
        "appender.console.layout.pattern=%d{ISO8601} %p %c{1}: %m%n%ex\n"
        # Said on every start and every query; nothing a reader could act on.
        "logger.native.name=org.apache.hadoop.util.NativeCodeLoader\n"
        "logger.native.level=error\n"
        "logger.conf.name=org.apache.hadoop.hive.conf.HiveConf\n"
        "logger.conf.level=error\n"
        "logger.store.name=org.apache.hadoop.hive.metastore\n"
        "logger.store.level=error\n"
    )
