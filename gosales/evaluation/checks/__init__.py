"""Coded checks of a leak certificate, one a file: numbers in, a `Check` out."""
