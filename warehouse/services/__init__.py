"""The embedded cluster: Java, HDFS, PostgreSQL, Hive metastore and Spark Thrift Server."""
