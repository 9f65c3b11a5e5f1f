"""The product behind the `warehouse` command."""
