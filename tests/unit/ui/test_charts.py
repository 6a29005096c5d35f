"""Charts that a phone has room for."""

import pandas as pd

from gosales.ui import charts, charts_proof

LONG = "What accounts with the same products bought"
IN_LINES = "What accounts with the\nsame products bought"


def test_long_names_are_broken_into_lines():
    names = pd.Series(["CAD", LONG, "x" * 30, ""])
    broken = charts.in_lines(names).tolist()
    assert broken == ["CAD", IN_LINES, "x" * 24 + "\n" + "x" * 6, ""]


def test_rows_are_higher_where_a_name_has_two_lines():
    def moved(name):
        table = pd.DataFrame({"about": [name] * 5, "psi": 0.1, "status": "stable"})
        return charts_proof.moved(table, "about").to_dict()

    assert moved(LONG)["height"] > moved("CAD")["height"]
    (rows,) = moved(LONG)["datasets"].values()
    assert (rows[0]["label"], rows[0]["about"]) == (IN_LINES, LONG)


def test_six_cutoffs_have_room_below_each_other():
    rows = [{"cutoff_date": f"20{at}-06-30", "score": score, "lift_10": 2.0, "lift_10_low": 1.0,
             "lift_10_high": 3.0, "auc": 0.7}
            for at in range(19, 25) for score in ("The model", LONG)]  # fmt: skip
    chart = charts_proof.over_cutoffs(pd.DataFrame(rows)).to_dict()["layer"][0]["encoding"]
    assert chart["x"]["axis"]["labelOverlap"] is False
    assert chart["color"]["legend"]["columns"] == 1
