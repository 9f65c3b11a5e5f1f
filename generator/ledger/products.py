"""The known versions of products."""

import numpy as np
import pyarrow as pa

from generator import identifiers
from generator.ledger.book import versions_as_of
from generator.ledger.sums import INTENDED, OBSERVABLE, moment, money
from generator.plan import DAY_MS
from generator.products import CHANGE_SLOTS, Catalogue
from generator.versions import NEVER_LANDED


def product_version_rows(catalogue: Catalogue, day: int) -> list[pa.Table]:
    """Both readings of the products of whom a version came to be known on a day."""
    versions = catalogue.versions
    true_day = np.maximum((versions.updated_ms - catalogue.plan.start_ms) // DAY_MS, 0)
    known_day = np.where(versions.malformed, NEVER_LANDED, versions.landed_day)
    tables = []
    for reading, known_from in ((INTENDED, true_day), (OBSERVABLE, known_day)):
        chosen, number, valid_to, is_current = versions_as_of(
            versions.owner, versions.updated_ms, known_from, day
        )
        tables.append(
            pa.table(
                {
                    "reading": pa.array([reading]).take(pa.array(np.zeros(len(chosen), int))),
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
