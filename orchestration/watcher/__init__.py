"""One `dbt build` as many tasks: one runs dbt, the others tell what became of their nodes."""
