"""SQL on the Thrift Server: the connection, the prompt, and how values are written."""
