"""What goes wrong has one clear message and exit code 1, and what was published stays."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import HEADER, sales

ROWS = sales(customers=12, months=20)


def quality(place):
    return json.loads((place.outputs / "data_quality.json").read_text(encoding="utf-8"))


def empty(place):
    (place.logs / "log.csv").write_bytes(b"")


def only_header(place):
    place.write([])


def missing_column(place):
    place.write([row[:7] for row in ROWS], header=HEADER[:7])


def dates_unreadable(place):
    place.write([(*row[:2], "soon", *row[3:]) for row in ROWS])


def another_kind(place):
    (place.logs / "log.csv").write_text("recipe,grams\nflour,500\nbutter,250\n", encoding="utf-8")


def binary(place):
    (place.logs / "log.csv").write_bytes(bytes(range(256)) * 40)


def ambiguous_dates(place):
    place.write([(*row[:2], "03/04/2023", *row[3:]) for row in ROWS])


def no_file(place):
    pass


REFUSED = [
    empty,
    only_header,
    missing_column,
    dates_unreadable,
    another_kind,
    binary,
    ambiguous_dates,
    no_file,
]


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
def test_refused_with_one_message(place, gosales, spoil):
    spoil(place)
    answer = gosales("score-all", place)
    assert answer.code == 1
    assert answer.err.startswith("error: ")
    assert "Traceback" not in answer.err
    assert answer.err.isascii()
    assert not (place.outputs / "icp_scores.csv").exists()


def test_a_refused_log_leaves_the_last_lists(scored_copy, gosales):
    place = scored_copy
    before = place.published()
    dates_unreadable(place)
    assert gosales("score-all", place).code == 1
    assert place.published() == before
    assert (place.root / "models" / "cad_model" / "MLmodel").is_file()


def cp1252_with_a_long_field_and_cut_off(place):
    rows = [(row[0], f"Müller & Söhne {row[0]}", *row[2:]) for row in ROWS]
    rows.insert(3, (rows[-1][0], "N" * 10_000, *rows[-1][2:]))
    path = place.write(rows, encoding="cp1252")
    path.write_bytes(path.read_bytes()[:-25] + b'"unfinis')


def one_customer(place):
    place.write([("0001", *row[1:]) for row in ROWS])


def one_division(place):
    place.write([(*row[:5], "CAD", *row[6:]) for row in ROWS])


def no_buyers_lately(place):
    place.write([row for row in ROWS if str(row[2]) < "2022-09-01"])


def all_returned(place):
    returns = [(*row[:6], -1, f"-{row[7]}", *row[8:]) for row in ROWS]
    place.write([*ROWS, *returns])


SCORED = [
    cp1252_with_a_long_field_and_cut_off,
    one_customer,
    one_division,
    no_buyers_lately,
    all_returned,
]


@pytest.mark.parametrize("oddity", SCORED, ids=lambda oddity: oddity.__name__)
def test_scored_all_the_same(place, gosales, oddity):
    oddity(place)
    answer = gosales("score-all", place)
    assert answer.code == 0, answer.err
    found = quality(place)
    assert found["lines_read"] == found["lines_loaded"] + sum(found["lines_rejected"].values())
    assert len(place.rows("rejects.csv")) == sum(found["lines_rejected"].values())
    scores = place.rows("icp_scores.csv")
    assert len(scores) == found["customers"] * len({row["division"] for row in scores})
    assert all(0 < float(row["icp_score"]) < 1 for row in scores)


def test_a_future_date_is_rejected_and_does_not_move_the_history(place, gosales):
    stray = (*ROWS[0][:2], "2099-01-01", *ROWS[0][3:])
    many = sales(customers=60, months=30)
    place.write([*many, stray])
    assert gosales("build-star", place).code == 0
    found = quality(place)
    assert found["lines_rejected"] == {"date_implausible": 1}
    assert found["last_day"] == max(str(row[2]) for row in many)


def test_a_seed_below_zero_is_wrong_usage(place, gosales):
    assert gosales("score-all", place, "--seed", "-5").code == 2
