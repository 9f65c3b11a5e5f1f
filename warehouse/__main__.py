"""Lets `python -m warehouse` be the `warehouse` command."""

from warehouse.cli import main

if __name__ == "__main__":
    main()
