"""Nouns shared by every stage. Nothing here reads a file or opens a connection."""
