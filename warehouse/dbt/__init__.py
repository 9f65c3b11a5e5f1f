"""Running dbt, and keeping the dbt manifest."""
