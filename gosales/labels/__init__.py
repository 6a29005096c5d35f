"""What happened after a cutoff, as labels."""
