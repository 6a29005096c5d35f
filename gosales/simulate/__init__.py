"""The embedded demo market: a seeded B2B world with known true probabilities.

`law` states how customers behave, as data. `market` lets months pass and turns the orders into
log lines, `write_logs` writes them as raw exports, and `oracle` asks the same law, from the hidden
state at the cutoff, what would happen next in many independent futures.
"""
