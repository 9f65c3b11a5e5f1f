"""Files in HDFS: how they are named, sent, verified and listed."""
