"""Whether anything was landed that readers do not see yet."""

from warehouse.landing.manifest.table import manifest_name
from warehouse.settings import Settings
from warehouse.sql.connection import connect


def has_new_files(settings: Settings) -> bool:
    """Whether the manifest has rows that were recorded after the last publication.

    Before the first publication, which a build of everything must make, this is false.

    Raises:
        ServiceUnavailable: the Thrift Server does not answer.
    """
    log = f"{settings.schema_name('quality')}.publication_log"
    schema, table = log.split(".")
    with connect(settings) as connection:
        if not connection.execute(f"show tables in {schema} like '{table}'").rows:
            return False
        ((is_new,),) = connection.execute(
            f"select coalesce((select max(recorded_at) from {manifest_name(settings)}) > "
            f"(select max(published_at) from {log}), false)"
        ).rows
    return bool(is_new)
