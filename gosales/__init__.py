"""GoSales Engine: who to call next, for each division, and why to believe it."""

import os

__version__ = "0.1.0"

# Matrix products in one thread give the same bits on every machine, and our matrices are small.
# The variable is read once, when NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
