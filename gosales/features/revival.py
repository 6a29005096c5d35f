"""Whether a division that nobody orders from any more comes back, as past ones did."""

from __future__ import annotations

import numpy as np

from gosales.features.panel import Purchases

PRIOR_RETURNS, PRIOR_MONTHS = 1.0, 36.0
"""As if one division had come back in three years of silence. Logs with thousands of silent months
show about that (docs/adr/0019)."""


def revival(known: Purchases, divisions: int, quiet: int, horizon_months: int) -> float:
    """Chance that a division unsold for `quiet` months is sold again within the horizon.

    A constant monthly hazard: how many came back so late, over the months in which they might have;
    a silence that still lasts counts with the months it has lasted.

    Args:
        known: What was bought by the cutoff.
        divisions: How many there are.
        quiet: At least 1.
    """
    age = known.months_ago
    sold = np.zeros((divisions, int(age.max(initial=0)) + 1), bool)
    sold[known.division, age] = True
    returns, months = PRIOR_RETURNS, PRIOR_MONTHS
    for one in sold:
        ages = np.flatnonzero(one)
        silences = np.diff(ages) - quiet
        returns += (silences > 0).sum()
        lasting = ages[:1] - quiet
        months += silences[silences > 0].sum() + lasting[lasting > 0].sum()
    return float(1 - (1 - returns / months) ** horizon_months)
