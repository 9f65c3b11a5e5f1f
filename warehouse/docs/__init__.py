"""What is made from dbt's artifacts: the docs site and the diagram of the star schema."""
