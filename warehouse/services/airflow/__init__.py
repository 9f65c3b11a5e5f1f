"""Airflow as one of the services: its configuration, its components and their supervisor."""
