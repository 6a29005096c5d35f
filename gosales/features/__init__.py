"""What was known about a customer and a division at a cutoff, as numbers.

A *relational* family turns a `History` into aggregates, in words that are evaluated where the star
lives or, on one machine, on sorted arrays. A *learned* family fits small matrices on a history and
applies them to it.
"""
