"""The Spark Thrift Server, which runs every SQL statement."""

import os
from pathlib import Path

from warehouse.services.configuration import java_options, write_hadoop_xml, write_log4j
from warehouse.services.java import Java
from warehouse.services.libraries import PYSPARK_JARS, Libraries
from warehouse.services.machine.memory import MemoryBudget
from warehouse.services.machine.processes import Command
from warehouse.settings import Settings


def command(settings: Settings, java: Java, libraries: Libraries, memory: MemoryBudget) -> Command:
    """How to run the Thrift Server, with Iceberg, in one Java process."""
    configuration = settings.data_folder.resolve() / "configuration" / "thrift_server"
    write_log4j(configuration)
    write_hadoop_xml(
        configuration / "hive-site.xml",
        {
            "hive.metastore.uris": settings.metastore,
            # Tries of a second each: both start side by side.
            "hive.metastore.connect.retries": 8,
            "hive.exec.scratchdir": str(_scratch(settings)),
            "hive.exec.local.scratchdir": str(_scratch(settings)),
            "hive.server2.logging.operation.enabled": "false",
            "hive.async.log.enabled": "false",
            # As another user Hive's client would connect to the metastore again for each statement,
            # and that is a third of a small one.
            "hive.server2.enable.doAs": "false",
        },
    )
    write_hadoop_xml(configuration / "core-site.xml", {"fs.defaultFS": settings.hdfs})
    write_hadoop_xml(
        configuration / "hdfs-site.xml",
        {
            # A file is on as many DataNodes as there are, up to three.
            "dfs.replication": min(3, settings.datanodes),
            # A file is closed once a DataNode has reported its block to the NameNode. The client
            # asks again after this delay, doubled each time; the default of 400 ms is most of the
            # time that a small file takes, and a commit writes several.
            "dfs.client.block.write.locateFollowingBlock.initial.delay.ms": 5,
            "dfs.client.block.write.locateFollowingBlock.retries": 12,
            # An idle connection to the NameNode is kept for ten seconds. After a NameNode's restart
            # the next call on it fails; it is sent again, on a new one, after about half a second.
            # Connecting is tried as often, so a NameNode that stays away fails it in half a minute.
            "dfs.client.retry.policy.enabled": "true",
            "dfs.client.retry.policy.spec": "500,2",
        },
    )
    properties = configuration / "spark.properties"
    properties.write_text(
        "".join(f"{name} {value}\n" for name, value in _properties(settings, memory).items())
    )
    class_path = f"{configuration}:{libraries.class_path('spark')}:{PYSPARK_JARS}/*"
    host, port = settings.thrift_server
    arguments = [
        str(java.executable),
        *java_options(settings, memory.spark_heap),
        # Not in the environment: Hive would take that for another user with each statement.
        "-DHADOOP_USER_NAME=warehouse",
        "-XX:+UseParallelGC",
        # Spark loads this much; from the default on, each growth would be a full collection.
        "-XX:MetaspaceSize=256m",
        # Compiled code of thousands of generated classes; the default fills up within a day.
        "-XX:ReservedCodeCacheSize=512m",
        *("-cp", class_path, "org.apache.spark.deploy.SparkSubmit"),
        *("--properties-file", str(properties)),
        *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "spark-internal"),
        *("--hiveconf", f"hive.server2.thrift.port={port}"),
        *("--hiveconf", f"hive.server2.thrift.bind.host={host}"),
    ]
    environment = {
        "SPARK_HOME": str(PYSPARK_JARS.parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    return Command(arguments, environment)


def _scratch(settings: Settings) -> Path:
    scratch = settings.data_folder.resolve() / "tmp" / "spark"
    scratch.mkdir(parents=True, exist_ok=True)
    return scratch


def _properties(settings: Settings, memory: MemoryBudget) -> dict[str, object]:
    catalog = "spark.sql.catalog.spark_catalog"
    cores = os.cpu_count() or 2
    return {
        "spark.master": "local[*]",
        "spark.app.name": "ecommerce-warehouse",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.port": settings.port("spark_web"),
        "spark.port.maxRetries": 1,
        "spark.ui.showConsoleProgress": "false",
        "spark.ui.retainedJobs": 200,
        "spark.ui.retainedStages": 200,
        "spark.ui.retainedTasks": 2000,
        "spark.sql.ui.retainedExecutions": 100,
        "spark.sql.thriftserver.ui.retainedStatements": 100,
        "spark.local.dir": _scratch(settings),
        "spark.sql.warehouse.dir": settings.hdfs + settings.tables_folder,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": 2 * cores,
        # A build of everything needs many hundreds of generated classes. By default a hundred are
        # kept, so that each day's build generates and compiles them again.
        "spark.sql.codegen.cache.maxEntries": 2000,
        # Enough for the versions of a million users, which take twice their estimate in memory. A
        # shuffle's own sizes are of compressed rows, so that for them the default remains.
        "spark.sql.autoBroadcastJoinThreshold": f"{memory.spark_heap // 64}m",
        "spark.sql.adaptive.autoBroadcastJoinThreshold": "10m",
        "spark.sql.extensions": (
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
        ),
        catalog: "org.apache.iceberg.spark.SparkSessionCatalog",
        f"{catalog}.type": "hive",
        # A cached table would hide from an open session what another has committed.
        f"{catalog}.cache-enabled": "false",
        # The metastore commits atomically without its lock manager, whose jar pyspark lacks.
        "spark.hadoop.iceberg.engine.hive.lock-enabled": "false",
        # A file landed into a known partition is seen by the next statement of every session.
        "spark.sql.hive.filesourcePartitionFileCacheSize": 0,
        # One task that waits for its block's machine can block a statement for ever.
        "spark.locality.wait": "0s",
        # So where a file's blocks are is not asked either; that is a question for each file.
        "spark.sql.iceberg.locality.enabled": "false",
        # Each sort and aggregation takes a page at once, 64 MB by default, for however few rows.
        "spark.buffer.pageSize": "4m",
        "spark.scheduler.mode": "FAIR",
        "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    }
