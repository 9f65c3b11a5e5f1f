"""The checksum of a stored file, from those that HDFS keeps of its blocks; no byte is read again.

The DataNodes verified every byte they took by these checksums. HDFS gives them in two places: the
NameNode's web page says where the blocks are, and a DataNode combines a block's checksums into one
(operation 85 of its protocol, whose messages are protocol buffers).
"""

import json
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import quote

from warehouse.settings import Settings

_TIMEOUT_SECONDS = 30
_BLOCKS_AT_ONCE = 4
_PROTOCOL_VERSION = 28
_BLOCK_CHECKSUM = 85
_SUCCESS = 0
_COMPOSITE = 2
_CRC32C = 2
_POLYNOMIAL = 0x82F63B78


def gives_checksums(settings: Settings) -> bool:
    """Whether HDFS can be asked: where an existing NameNode's web page is, is no setting."""
    return settings.target == "embedded"


def checksum_of_blocks(settings: Settings, path: str) -> int | None:
    """CRC-32C of a closed file, or None where HDFS does not say."""
    if not gives_checksums(settings):
        return None
    try:
        blocks = _blocks(settings.port("namenode_web"), path)
        with ThreadPoolExecutor(_BLOCKS_AT_ONCE) as pool:
            checksums = list(pool.map(_ask_datanode, blocks))
        sizes = (block["block"]["numBytes"] for block in blocks)
        return combined(zip(checksums, sizes, strict=True))
    except (OSError, HTTPException, LookupError, ValueError):
        return None


def combined(parts: Iterable[tuple[int, int]]) -> int:
    """CRC-32C of parts one after the other, from that of each and its number of bytes."""
    checksum = 0
    for part, byte_count in parts:
        checksum = _product(_power_of_x(8 * byte_count), checksum) ^ part
    return checksum


def _power_of_x(exponent: int) -> int:
    power, square = 1 << 31, 1 << 30
    while exponent:
        if exponent & 1:
            power = _product(power, square)
        square = _product(square, square)
        exponent >>= 1
    return power


def _product(left: int, right: int) -> int:
    """The product of two polynomials modulo that of CRC-32C; the highest bit is the constant."""
    product = 0
    for bit in range(31, -1, -1):
        if left >> bit & 1:
            product ^= right
        right = right >> 1 ^ (_POLYNOMIAL if right & 1 else 0)
    return product


def _blocks(port: int, path: str) -> list[dict[str, Any]]:
    """The blocks of a file in order, and the DataNodes that hold each."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(
            "GET", f"/webhdfs/v1{quote(path)}?op=GET_BLOCK_LOCATIONS&user.name=warehouse"
        )
        located = json.load(connection.getresponse())["LocatedBlocks"]
        blocks: list[dict[str, Any]] = located["locatedBlocks"]
        return blocks
    finally:
        connection.close()


def _ask_datanode(located: dict[str, Any]) -> int:
    """CRC-32C of one block."""
    block, node = located["block"], located["locations"][0]
    identity = (
        _field(1, block["blockPoolId"].encode())
        + _field(2, block["blockId"])
        + _field(3, block["generationStamp"])
        + _field(4, block["numBytes"])
    )
    question = _field(1, _field(1, identity)) + _field(2, _field(1, _COMPOSITE))
    address = (node["ipAddr"], node["xferPort"])
    with socket.create_connection(address, timeout=_TIMEOUT_SECONDS) as connection:
        operation = _PROTOCOL_VERSION.to_bytes(2) + bytes([_BLOCK_CHECKSUM])
        connection.sendall(operation + _number(len(question)) + question)
        with connection.makefile("rb") as stream:
            answer = _fields(stream.read(_read_number(stream)))
    if answer[1] != _SUCCESS:
        raise ValueError("The DataNode refused")
    checksum = _fields(answer[3])
    if checksum[4] != _CRC32C or _fields(checksum[5])[1] != _COMPOSITE:
        raise ValueError("The DataNode keeps other checksums")
    return int.from_bytes(checksum[3])


def _field(number: int, value: int | bytes) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, bytes):
        return _number(number << 3 | 2) + _number(len(value)) + value
    return _number(number << 3) + _number(value)


def _fields(message: bytes) -> dict[int, Any]:
    """The fields of a protocol buffer by their number: whole numbers and bytes."""
    stream = BytesIO(message)
    fields: dict[int, Any] = {}
    while stream.tell() < len(message):
        number, kind = divmod(_read_number(stream), 8)
        if kind not in (0, 2):
            raise ValueError(f"The answer has a field of the unknown kind {kind}")
        value = _read_number(stream)
        fields[number] = stream.read(value) if kind else value
    return fields


def _number(value: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first."""
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def _read_number(stream: BinaryIO) -> int:
    value = shift = 0
    while True:
        (group,) = stream.read(1)
        value |= (group & 0x7F) << shift
        if group < 0x80:
            return value
        shift += 7
