"""One `dbt build` as many tasks: a producer runs dbt, consumers show what became of each node."""
