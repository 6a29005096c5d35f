import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gosales.utils.coding import coded, order_by, placed


def test_texts_become_codes_of_their_sorted_names_whatever_the_pieces():
    texts = pa.chunked_array(
        [pa.array(["b", "a"]), pa.array([], pa.string()), pa.array(["Ü", "b"])]
    )
    codes, names = coded(texts)
    assert names.tolist() == ["a", "b", "Ü"]
    assert names[codes].tolist() == ["b", "a", "Ü", "b"]
    assert [len(part) for part in coded(pa.chunked_array([], pa.string()))] == [0, 0]


def test_a_missing_text_has_the_code_minus_one_and_no_name():
    codes, names = coded(pa.chunked_array([pa.array(["b", None]), pa.array([None, "a"])]))
    assert (codes.tolist(), names.tolist()) == ([1, -1, -1, 0], ["a", "b"])
    codes, names = coded(pa.chunked_array([pa.array([None], pa.string())]))
    assert (codes.tolist(), names.tolist()) == ([-1], [])


def test_texts_are_placed_in_an_index():
    texts = pa.chunked_array([pa.array(["b", "x"]), pa.array(["a", "b"])])
    assert placed(texts, pd.Index(["a", "b"])).tolist() == [1, -1, 0, 1]
    assert placed(pa.chunked_array([], pa.string()), pd.Index(["a"])).tolist() == []


@pytest.mark.parametrize("large", [1, 2**62])
def test_order_is_that_of_a_sort_by_several_columns(large):
    rng = np.random.default_rng(1)
    first, then = rng.integers(0, 4, 200) * large // 4, rng.integers(0, 3, 200)
    expected = sorted(range(200), key=lambda i: (first[i], then[i], i))
    assert order_by(first, then).tolist() == expected
    assert order_by(np.empty(0, np.int32)).tolist() == []
