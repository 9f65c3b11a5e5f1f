"""The NameNode and the DataNodes of HDFS."""

import json
import shutil
import subprocess
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from hdfs_native import Client, FileStatus, WriteOptions

from warehouse.errors import ServiceUnavailable, WarehouseError
from warehouse.services.configuration import (
    SIMPLE_JAVA,
    java_options,
    write_hadoop_xml,
    write_log4j,
)
from warehouse.services.java import Java
from warehouse.services.libraries import Libraries
from warehouse.services.machine.memory import MemoryBudget
from warehouse.services.machine.processes import Command
from warehouse.settings import Settings

HADOOP_USER = {"HADOOP_USER_NAME": "warehouse"}


def folder(settings: Settings) -> Path:
    """Where HDFS keeps its data."""
    return settings.data_folder.resolve() / "hdfs"


def namenode_command(
    settings: Settings, java: Java, libraries: Libraries, memory: MemoryBudget
) -> Command:
    """How to run the NameNode; formats it before its first start.

    Raises:
        WarehouseError: formatting failed.
    """
    configuration = settings.data_folder.resolve() / "configuration" / "namenode"
    write_log4j(configuration)
    write_hadoop_xml(configuration / "core-site.xml", _core(settings))
    write_hadoop_xml(configuration / "hdfs-site.xml", _namenode(settings))
    program = _program(settings, java, libraries, memory, configuration)
    namenode = "org.apache.hadoop.hdfs.server.namenode.NameNode"
    formatted = folder(settings) / "formatted"
    if not formatted.exists():
        # A first formatting that was cut short is begun again; no data can be there yet.
        shutil.rmtree(folder(settings), ignore_errors=True)
        folder(settings).mkdir(parents=True)
        answer = subprocess.run(
            [*program, namenode, "-format", "-force", "-nonInteractive"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if answer.returncode:
            last = (answer.stdout + answer.stderr).strip().splitlines()[-1:]
            raise WarehouseError(
                f"The NameNode could not be formatted in {folder(settings)}: {' '.join(last)}",
                "check the free space and the permissions of that folder",
            )
        formatted.touch()
    return Command([*program, namenode], HADOOP_USER)


def datanode_command(
    settings: Settings, java: Java, libraries: Libraries, memory: MemoryBudget, number: int
) -> Command:
    """How to run a DataNode; they are counted from 0."""
    configuration = settings.data_folder.resolve() / "configuration" / f"datanode-{number}"
    write_log4j(configuration)
    write_hadoop_xml(configuration / "core-site.xml", _core(settings))
    write_hadoop_xml(configuration / "hdfs-site.xml", _datanode(settings, number))
    program = _program(settings, java, libraries, memory, configuration)
    return Command([*program, "org.apache.hadoop.hdfs.server.datanode.DataNode"], HADOOP_USER)


def client(address: str) -> Client:
    """A client of the NameNode at `hdfs://host:port`."""
    return Client(address)


def round_trip(settings: Settings) -> None:
    """Write a file, read it back and delete it.

    Raises:
        Exception: whatever the client says when one of them fails.
    """
    hdfs = client(settings.hdfs)
    # Hidden, and named so that two probes at once do not meet.
    path = f"{settings.raw_folder}/_probe_{id(hdfs)}"
    content = b"the warehouse was here"
    with hdfs.create(path, WriteOptions(overwrite=True, create_parent=True)) as file:
        file.write(content)
    with hdfs.read(path) as file:
        read = bytes(file.read())
    hdfs.delete(path)
    if read != content:
        raise WarehouseError("HDFS gave back another content than was written")


def stored_files(settings: Settings, path: str) -> list[FileStatus]:
    """Every file below a folder of HDFS, with its size in bytes and when it was written.

    Raises:
        ServiceUnavailable: HDFS does not answer.
    """
    try:
        listed = client(settings.hdfs).list_status(path, recursive=True)
        return [file for file in listed if not file.isdir]
    except FileNotFoundError:
        return []
    except Exception as error:
        raise ServiceUnavailable(
            f"HDFS does not answer at {settings.hdfs}", "run `warehouse doctor`"
        ) from error


def namenode_state(settings: Settings) -> dict[str, Any]:
    """What the NameNode says of itself on its web page: Safemode, LiveNodes, Free, …

    Raises:
        OSError: it does not answer, or not yet with its state, or another program does.
    """
    query = "jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo"
    page = f"http://127.0.0.1:{settings.port('namenode_web')}/{query}"
    # Straight there: a proxy of the environment does not reach the loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(page, timeout=5) as answer:
            beans: list[dict[str, Any]] = json.load(answer)["beans"]
    except (HTTPException, LookupError, TypeError, ValueError) as error:
        raise OSError(f"What answers at {page} is not the NameNode") from error
    if not beans:
        raise OSError("The NameNode is still starting")
    return beans[0]


def leave_safe_mode(
    settings: Settings, java: Java, libraries: Libraries, memory: MemoryBudget
) -> None:
    """Tell the NameNode to leave safe mode, which it keeps for ever after some faults."""
    configuration = settings.data_folder.resolve() / "configuration" / "namenode"
    program = _program(settings, java, libraries, memory, configuration)
    subprocess.run(
        [*program, "org.apache.hadoop.hdfs.tools.DFSAdmin", "-safemode", "forceExit"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def _program(
    settings: Settings, java: Java, libraries: Libraries, memory: MemoryBudget, configuration: Path
) -> list[str]:
    class_path = f"{configuration}:{libraries.web_pages}:{libraries.class_path('hdfs')}"
    return [
        str(java.executable),
        *java_options(settings, memory.hdfs_heap),
        *SIMPLE_JAVA,
        "-cp",
        class_path,
    ]


def _core(settings: Settings) -> dict[str, object]:
    return {
        "fs.defaultFS": settings.hdfs,
        "hadoop.tmp.dir": folder(settings) / "tmp",
        "hadoop.http.staticuser.user": "warehouse",
        # The Thrift Server acts for the users of its sessions.
        "hadoop.proxyuser.warehouse.hosts": "*",
        "hadoop.proxyuser.warehouse.groups": "*",
    }


def _namenode(settings: Settings) -> dict[str, object]:
    return {
        "dfs.namenode.rpc-address": f"127.0.0.1:{settings.port('namenode')}",
        "dfs.namenode.http-address": f"127.0.0.1:{settings.port('namenode_web')}",
        "dfs.namenode.name.dir": f"file://{folder(settings)}/namenode",
        "dfs.replication": min(3, settings.datanodes),
        # A checksum for every 4 KiB: landing asks for those of a whole file, which takes an eighth
        # of the time that it does with the default of 512 bytes.
        "dfs.bytes-per-checksum": 4096,
        # Every reader and writer is the same person on this machine.
        "dfs.permissions.enabled": "false",
        "dfs.namenode.safemode.extension": 0,
        "dfs.namenode.datanode.registration.ip-hostname-check": "false",
        "dfs.namenode.handler.count": 8,
    }


def _datanode(settings: Settings, number: int) -> dict[str, object]:
    def address(service: str) -> str:
        return f"127.0.0.1:{settings.port(service, number)}"

    return {
        "dfs.datanode.address": address("datanode"),
        "dfs.datanode.http.address": address("datanode_web"),
        "dfs.datanode.ipc.address": address("datanode_ipc"),
        "dfs.datanode.hostname": "127.0.0.1",
        "dfs.datanode.data.dir": f"file://{folder(settings)}/datanode-{number}",
        "dfs.namenode.rpc-address": f"127.0.0.1:{settings.port('namenode')}",
        "dfs.heartbeat.interval": 3,
    }
