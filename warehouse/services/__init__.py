"""What this project starts itself: HDFS, PostgreSQL, metastore, Thrift Server, and Airflow."""
