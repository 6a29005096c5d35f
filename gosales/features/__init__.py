"""What was known about a customer and a division at a cutoff, as numbers.

A *relational* family turns a `History` into aggregates, once, as Ibis expressions; they run where
the star lives. A *learned* family fits small matrices on a history and applies them to it.
"""
