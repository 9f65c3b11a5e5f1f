"""Keeps the tables small and fast: compaction, expiry of snapshots, removal of orphan files."""
