"""What stands behind the scores of one division, whatever is pooled inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.models.baselines import Baseline
from gosales.models.calibration import Calibration
from gosales.models.money_model import Money, MoneyModel
from gosales.models.product_model import ProductModel
from gosales.models.recipe import Ensemble
from gosales.models.score_band import ScoreBand
from gosales.models.sku_model import UNLEARNED, SkuModel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
UNCHANGED = Calibration()
OWN, POOLED, BASELINE = "own", "pooled", "baseline"


@dataclass(frozen=True)
class Shared:
    """The parts that all division models of one training have in common.

    Attributes:
        names: Feature columns, in order.
        ensemble: None where no cutoff had a complete outcome to learn from.
        baselines: The simple scores, fitted; none likewise.
        money: What a purchase is worth.
        products: What ranks the SKUs that a customer never bought.
        typical_activity: Mean of the customers' decayed orders, for scores without any outcome.
    """

    names: tuple[str, ...]
    ensemble: Ensemble | None
    baselines: dict[str, Baseline]
    money: MoneyModel
    typical_activity: float = 1.0
    products: SkuModel = UNLEARNED


@dataclass(frozen=True)
class Side:
    """What stands behind the never-bought or the owned cells of a division.

    Attributes:
        kind: OWN, POOLED or BASELINE.
        baseline: The simple score that stands in where the model has not earned its place.
        calibration: Applied to the log odds.
        band: Intervals of the probabilities; None where no outcome could be judged.
    """

    kind: str
    baseline: str
    calibration: Calibration = UNCHANGED
    band: ScoreBand | None = None


@dataclass(frozen=True)
class DivisionModel:
    """Scores one division.

    Attributes:
        division: Its name, as in the log.
        never, held: What stands behind never-bought and behind owned cells.
        card: What it was trained on and how it fared: plain JSON values.
    """

    division: str
    shared: Shared
    never: Side
    held: Side
    products: ProductModel
    card: dict[str, Any]

    def score(self, values: NDArray[np.float32], owned: NDArray[np.bool_]) -> Floats:
        """Probability to buy in the horizon, after the side's calibration.

        Args:
            values: Shape (rows, len(shared.names)).
            owned: Shape (rows,), bought by the cutoff.
        """
        result = np.empty(len(values))
        for flag, side in ((False, self.never), (True, self.held)):
            rows = owned == flag
            result[rows] = side.calibration(self._logit(side, values[rows], owned[rows]))
        return result

    def margin(self, values: NDArray[np.float32], owned: Flags) -> Floats:
        """Shape (rows,): the log odds that `score` makes probabilities of."""
        result = np.empty(len(values))
        for flag, side in ((False, self.never), (True, self.held)):
            rows = owned == flag
            if not rows.any():
                continue
            result[rows] = side.calibration.line(self._logit(side, values[rows], owned[rows]))
        return result

    def interval(self, score: Floats, owned: Flags) -> tuple[Floats, Floats]:
        """Low and high of scores, shape (rows,); the score itself where nothing is known."""
        low, high = score.copy(), score.copy()
        for flag, side in ((False, self.never), (True, self.held)):
            rows = owned == flag
            if side.band is not None:
                low[rows], high[rows] = side.band.around(score[rows])
        return low, high

    def kinds(self, owned: NDArray[np.bool_]) -> NDArray[np.object_]:
        """Shape (rows,): OWN, POOLED or BASELINE, by which side a row is on."""
        return np.where(owned, self.held.kind, self.never.kind).astype(object)

    def expect(self, values: NDArray[np.float32]) -> Floats:
        """Shape (rows,): cents in the horizon, if the customer buys."""
        return self.shared.money.expect(values, self._names(len(values)))

    def money(self, values: NDArray[np.float32]) -> Money:
        """Cents in the horizon if the customer buys: mean, range and wallet of shape (rows,)."""
        return self.shared.money.tell(values, self._names(len(values)))

    def baseline_logit(self, name: str, values: NDArray[np.float32]) -> Floats:
        """Shape (rows,): what one of the simple scores says."""
        baseline = self.shared.baselines[name]
        return baseline.logit(self.shared.names, values, self._names(len(values)))

    def _logit(self, side: Side, values: NDArray[np.float32], owned: Flags) -> Floats:
        if side.kind != BASELINE and self.shared.ensemble is not None:
            return self.shared.ensemble.logit(values, owned)
        if side.baseline in self.shared.baselines:
            return self.baseline_logit(side.baseline, values)
        return popularity(self.shared, values, owned)

    def _names(self, rows: int) -> NDArray[np.object_]:
        return np.full(rows, self.division, object)


def popularity(shared: Shared, values: NDArray[np.float32], owned: Flags) -> Floats:
    """Log odds without any known outcome: how many bought or adopted, times relative activity."""
    names = shared.names
    buyers = values[:, names.index("division__buyer_share")]
    adopters = values[:, names.index("division__adoption_rate")]
    activity = np.nan_to_num(values[:, names.index("any_frequency__orders_decay_12m")]) + 0.1
    rate = np.where(owned, buyers, adopters) * activity / shared.typical_activity
    chance = np.clip(rate.astype(np.float64), 1e-4, 0.95)
    return np.log(chance / (1 - chance))
