import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gosales.utils.coding import coded, constant, order_by, placed, spread, stacked


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


def test_one_text_is_held_once():
    found = constant("2024-06-30", 100_000)
    assert set(found) == {"2024-06-30"}
    assert found.nbytes < 200_000


def test_texts_are_spread_to_their_places_and_are_empty_elsewhere():
    texts = pd.Series(["x", "y", "x", ""], [4, 1, 2, 0], object)
    assert spread(texts, pd.RangeIndex(6)).tolist() == ["", "y", "x", "", "x", ""]
    assert spread(texts[:0], pd.Index([3, 1])).tolist() == ["", ""]


def test_stacked_tables_keep_their_texts_categorical():
    one = pd.DataFrame({"text": pd.Categorical(["a", None]), "plain": ["p", "q"], "n": [1.0, 2.0]})
    other = pd.DataFrame({"text": ["b", "a"], "plain": ["r", "s"], "n": [3.0, np.nan]}, [7, 9])
    both = stacked([one, other])
    assert isinstance(both["text"].dtype, pd.CategoricalDtype)
    assert both["text"].fillna("a").tolist() == ["a", "a", "b", "a"]
    assert both["text"].isna().tolist() == [False, True, False, False]
    assert both["plain"].tolist() == ["p", "q", "r", "s"]
    assert both["n"].tolist()[:3] == [1.0, 2.0, 3.0]
    assert both.index.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("other", [[], [None, None], ["a"]])
@pytest.mark.parametrize("one", [[], [None], ["a", "b"]])
def test_tables_without_any_text_are_stacked_too(one, other):
    tables = [
        pd.DataFrame({"text": pd.Categorical(one)}),
        pd.DataFrame({"text": pd.Series(other, dtype=object)}),
    ]
    found = stacked(tables)["text"]
    assert [None if pd.isna(text) else text for text in found] == [*one, *other]
