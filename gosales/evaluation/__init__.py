"""Judging scores by what happened after their cutoff."""
