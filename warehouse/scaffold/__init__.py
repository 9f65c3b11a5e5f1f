"""Writes the files of something new, with TODO where only a person can go on."""
