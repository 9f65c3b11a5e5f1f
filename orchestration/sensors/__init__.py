"""What a scheduled run waits for: files, news, and its turn."""
