"""What runs on schedule: DAGs, their tasks, what they wait for, and the watcher of dbt builds."""
