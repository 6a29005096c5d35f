"""Models as text: what is read back is the same model, and parts in common are read once."""

import pickle

import numpy as np

from gosales.models.division_model import BASELINE
from gosales.models.model_text import from_texts, to_texts


def test_what_is_read_back_scores_identically(make_model, training):
    models = [make_model("CAD"), make_model("CPE", BASELINE)]
    texts = list(to_texts(models))
    back = from_texts(pickle.loads(pickle.dumps(texts)))
    for one, other in zip(models, back, strict=True):
        args = training.values, training.owned
        np.testing.assert_array_equal(other.score(*args), one.score(*args))
    assert [model.division for model in back] == ["CAD", "CPE"]
    assert back[0].shared is back[1].shared
    assert texts[0].trees is texts[1].trees
