import pandas as pd
import pyarrow as pa

from gosales.utils.coding import coded, placed


def test_texts_become_codes_of_their_sorted_names_whatever_the_pieces():
    texts = pa.chunked_array(
        [pa.array(["b", "a"]), pa.array([], pa.string()), pa.array(["Ü", "b"])]
    )
    codes, names = coded(texts)
    assert names.tolist() == ["a", "b", "Ü"]
    assert names[codes].tolist() == ["b", "a", "Ü", "b"]
    assert [len(part) for part in coded(pa.chunked_array([], pa.string()))] == [0, 0]


def test_texts_are_placed_in_an_index():
    texts = pa.chunked_array([pa.array(["b", "x"]), pa.array(["a", "b"])])
    assert placed(texts, pd.Index(["a", "b"])).tolist() == [1, -1, 0, 1]
    assert placed(pa.chunked_array([], pa.string()), pd.Index(["a"])).tolist() == []
