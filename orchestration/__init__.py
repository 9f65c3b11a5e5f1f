"""Airflow: the DAGs that run the warehouse on schedule, and the Airflow that runs them."""
