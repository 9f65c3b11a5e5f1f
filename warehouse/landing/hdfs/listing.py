"""What is stored in the raw zone already, each folder listed once."""

from contextlib import suppress

from hdfs_native import Client

from warehouse.landing.hdfs.paths import stored_name, stored_stem


class StoredFiles:
    """The files in the folders of HDFS, as they were when each folder was first asked for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._folders: dict[str, dict[str, int]] = {}

    def sizes(self, folder: str, file_name: str) -> list[int]:
        """The bytes of every content that is stored in a folder under a file's name.

        Raises:
            OSError, RuntimeError: as the HDFS client raises them.
        """
        beginning, length = f"{stored_stem(file_name)}.", len(stored_name(file_name, "0" * 12))
        return [
            size
            for name, size in self._listed(folder).items()
            if name.startswith(beginning) and len(name) == length
        ]

    def _listed(self, folder: str) -> dict[str, int]:
        if folder not in self._folders:
            self._folders[folder] = {}
            with suppress(FileNotFoundError):
                self._folders[folder] = {
                    status.path.rsplit("/", 1)[-1]: status.length
                    for status in self._client.list_status(folder)
                }
        return self._folders[folder]
