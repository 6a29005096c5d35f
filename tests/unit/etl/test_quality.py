import datetime as dt
import json

from gosales.core.timeline import Cutoff
from gosales.etl.quality import render, training_cutoffs


def test_training_cutoffs_by_hand():
    end = Cutoff(dt.date(2024, 12, 31))
    # outcomes end by 2024-12-31 and half a year lies before: 2024-06, 2023-12, 2023-06
    assert training_cutoffs(dt.date(2022, 12, 30), end, 6, 6) == 3
    assert training_cutoffs(dt.date(2024, 6, 1), end, 6, 6) == 0


def test_the_report_says_what_was_read(shop, long, long_log):
    shop.put(
        "a.csv",
        long_log("c,2023-01-10,A,CAD,1,10", "d,2024-03-05,B,Print,2,20.5", ",2024-01-01,A,CAD,1,1"),
    )
    quality = shop.build(long()).quality
    content = json.loads(json.dumps(quality.as_dict()))
    assert content["lines_read"] == 3
    assert content["lines_rejected"] == {"customer_missing": 1}
    assert content["months"] == 14
    assert content["lines_loaded"] == sum(month["lines"] for month in content["coverage"])
    assert content["coverage"][1] == {"month": "2024-03", "lines": 1, "customers": 1, "value": 20.5}
    assert content["divisions"][1]["last_horizon_buyers"] == 1
    assert content["training_cutoffs"] == {"6": 1, "3": 1}
    assert content["warnings"][0]["code"] == "customer_missing"
    text = render(quality)
    assert "3 lines read from 1 files: 2 loaded, 1 rejected (customer_missing 1)." in text
    assert "Print" in text
    assert text.isascii()
