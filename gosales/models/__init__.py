"""Who buys next, what it is worth, and which product: fitted on histories, judged on outcomes."""
