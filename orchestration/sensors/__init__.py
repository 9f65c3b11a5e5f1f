"""What a scheduled run waits for: its files, new files at all, and the other runs."""
