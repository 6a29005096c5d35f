import numpy as np

from gosales.core.concepts import CONCEPTS, Concept
from gosales.models.neutral import neutralised, usual_values

NAN = float("nan")


def test_usual_is_the_median_and_nothing_where_most_have_nothing():
    rows = [[1, NAN, 2, NAN, 7], [3, NAN, NAN, 1, 8], [5, 4, 4, NAN, 0], [9, 6, 6, NAN, 0]]
    found = usual_values(np.array(rows, np.float32))
    np.testing.assert_array_equal(found, np.array([4, NAN, 4, NAN, 3.5], np.float32))


def test_only_the_concepts_own_features_are_made_usual():
    values = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    places = np.array([CONCEPTS.index(c) for c in (Concept.MONEY, Concept.PEERS, Concept.MONEY)])
    usual = np.array([10, 20, NAN], np.float32)
    found = neutralised(values, usual, places, Concept.MONEY)
    np.testing.assert_array_equal(found, np.array([[10, 2, NAN], [10, 5, NAN]], np.float32))
    assert values[0, 0] == 1
