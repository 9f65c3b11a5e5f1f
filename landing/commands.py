"""Commands."""


def register(application) -> None:
    """Nothing yet."""
