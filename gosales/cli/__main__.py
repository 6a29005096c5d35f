"""`python -m gosales.cli`."""

from gosales.cli import main

main()
