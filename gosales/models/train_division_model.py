"""Door to training: `python -m gosales.models.train_division_model --division Simulation`.

What is trained lies in `division_model`, how in `recipe`; `gosales train` is the same command.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from gosales.cli import main

    main(["train", *sys.argv[1:]])
