"""GoSales Engine: who to call next, for each division, and why to believe it."""

__version__ = "0.1.0"
