"""What MLflow imports to read a model folder: `mlflow.pyfunc.load_model("models/cpe_model")`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gosales.models.baselines import OWNED
from gosales.models.division_model import DivisionModel
from gosales.models.model_store import load_model


class PyfuncModel:
    """A division model behind MLflow's `predict`."""

    def __init__(self, model: DivisionModel) -> None:
        self.model = model

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """icp_score of each row; `frame` has the feature columns by name, as in the catalog."""
        values = frame[list(self.model.shared.names)].to_numpy(np.float32)
        owned = frame[OWNED].fillna(0).to_numpy() > 0
        return pd.DataFrame({"icp_score": self.model.score(values, owned)}, index=frame.index)


def _load_pyfunc(path: str) -> PyfuncModel:
    return PyfuncModel(load_model(Path(path)))
