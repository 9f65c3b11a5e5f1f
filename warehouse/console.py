"""A table of numbers, as commands print it."""

from rich.table import Table


def number_table(title: str, label: str, *numbers: str) -> Table:
    """An empty table: a column of labels, then columns of numbers by their headings."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(label)
    for number in numbers:
        table.add_column(number, justify="right")
    return table
