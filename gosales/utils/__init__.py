"""Doors to the machine: files, connections, log and progress."""
