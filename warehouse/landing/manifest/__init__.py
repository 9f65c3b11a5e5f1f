"""The manifest of landed files, and the raw tables that show them."""
