"""Readers that ask every mart and quality table without a pause, while they are built."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from warehouse.errors import WarehouseError
from warehouse.settings import Settings
from warehouse.sql.connection import Connection, connect

CONNECTIONS = 2
# Empty where no test has failed.
MAY_BE_EMPTY = "failed_tests"
Answer = tuple[int, int]


@dataclass
class Seen:
    """What readers saw.

    Attributes:
        answers: of each mart, each once: its number of rows, and a sum over their content; of each
            table of quality its number of rows alone.
        errors: what readers got instead of an answer.
        count: of all answers.
    """

    answers: dict[str, set[Answer]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    count: int = 0


def answer(connection: Connection, relation: str) -> Answer:
    """The number of rows, and a sum over their content; equal for equal rows in any order."""
    [(rows, content)] = connection.execute(
        "select count(*), coalesce(sum(cast(crc32(to_json(struct(*))) as bigint)), 0) "
        f"from {relation}"
    ).rows
    return rows, content


def number_of_rows(connection: Connection, relation: str) -> Answer:
    """The number of rows alone."""
    [(rows,)] = connection.execute(f"select count(*) from {relation}").rows
    return rows, 0


def read_relations(connection: Connection, settings: Settings) -> list[str]:
    """The published marts, and the quality models, with their schemas."""
    return [
        f"{schema}.{row[1]}"
        for schema in map(settings.schema_name, ("marts", "quality"))
        for row in connection.execute(f"show tables in {schema}").rows
    ]


@contextmanager
def reading(settings: Settings) -> Iterator[Seen]:
    """Readers on several connections, from the beginning of the block to its end."""
    with connect(settings) as connection:
        relations = read_relations(connection, settings)
    seen = Seen({relation: set() for relation in relations})
    is_over = threading.Event()
    # Each begins elsewhere.
    step = -(-len(relations) // CONNECTIONS)
    orders = [relations[first:] + relations[:first] for first in range(0, len(relations), step)]
    threads = [
        threading.Thread(target=_read, args=(settings, order, seen, is_over)) for order in orders
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _read(settings: Settings, relations: list[str], seen: Seen, is_over: threading.Event) -> None:
    marts = settings.schema_name("marts")
    with connect(settings) as connection:
        while not is_over.is_set():
            for relation in relations:
                ask = answer if relation.startswith(f"{marts}.") else number_of_rows
                try:
                    seen.answers[relation].add(ask(connection, relation))
                    seen.count += 1
                except WarehouseError as error:
                    seen.errors.append(f"{relation}: {error}")


def assert_each_answer_is_of_one_batch(settings: Settings, seen: Seen) -> None:
    """Readers saw no error, nothing empty, and of marts only what a published batch holds."""
    assert not seen.errors, seen.errors[:3]
    for relation, answers in seen.answers.items():
        assert answers, f"{relation} was not read"
        if not relation.endswith(f".{MAY_BE_EMPTY}"):
            assert all(rows for rows, _ in answers), f"{relation} was empty"
    with connect(settings) as connection:
        batches = _batches(connection, settings)
        for relation, answers in seen.answers.items():
            schema, _, mart = relation.partition(".")
            if schema != settings.schema_name("marts"):
                continue
            held = {
                answer(connection, f"({query})")
                for query in {_as_of(connection, settings, mart, batch) for batch in batches}
            }
            assert answers <= held, f"{mart}: {answers - held} are of no batch"


def _batches(connection: Connection, settings: Settings) -> list[dict[str, str]]:
    """The snapshot of each mart that is a table, for each published batch."""
    batches: dict[str, dict[str, str]] = {}
    for batch, mart, snapshot in connection.execute(
        "select publication_id, mart, snapshot_id "
        f"from {settings.schema_name('quality')}.publications where snapshot_id is not null"
    ).rows:
        batches.setdefault(batch, {})[mart] = snapshot
    return list(batches.values())


def _as_of(connection: Connection, settings: Settings, mart: str, batch: dict[str, str]) -> str:
    """The query that gives a mart as it is in a batch; of a view its own, of those snapshots."""
    candidates = settings.schema_name("marts_candidate")
    if mart in batch:
        return f"select * from {candidates}.{mart} version as of {batch[mart]}"
    [(text,)] = connection.execute(f"show create table {candidates}.{mart}").rows
    return re.sub(
        rf"\b{candidates}\.(\w+)",
        lambda table: f"{table[0]} version as of {batch[table[1]]}",
        text.split("\nAS ", 1)[1],
    )
