"""The known versions of products."""

import pyarrow as pa

from generator.csv_logs import identifiers
from generator.ledger.accumulator import versions_as_of
from generator.ledger.sums import INTENDED, OBSERVABLE, moment, money
from generator.shop.products import CHANGE_SLOTS, Catalogue


def product_version_rows(catalogue: Catalogue, day: int) -> list[pa.Table]:
    """Both readings of the products of whom a version came to be known on a day."""
    versions = catalogue.versions
    tables = []
    for reading, known_from in (
        (INTENDED, versions.true_day(catalogue.plan)),
        (OBSERVABLE, versions.known_from_day),
    ):
        chosen, number, valid_to, is_current = versions_as_of(
            versions.owner, versions.updated_ms, known_from, day
        )
        tables.append(
            pa.table(
                {
                    "reading": pa.repeat(reading, len(chosen)),
                    "product_id": identifiers.product_ids(versions.owner[chosen]),
                    "version_number": number,
                    "updated_at": moment(versions.updated_ms[chosen]),
                    "valid_from": moment(versions.updated_ms[chosen], number == 1),
                    "valid_to": moment(valid_to, is_current),
                    "list_price": money(catalogue.price_of_versions(chosen)),
                    "is_deleted": versions.slot[chosen] == CHANGE_SLOTS + 1,
                }
            )
        )
    return tables
