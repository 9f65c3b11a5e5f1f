"""Running dbt, and keeping its manifest."""
