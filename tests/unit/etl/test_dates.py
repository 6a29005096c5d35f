"""How dates are decided, and which are believed."""

import datetime as dt

import pytest

from gosales.core.errors import SalesLogError
from gosales.core.settings import TimeSettings
from gosales.etl.dates import last_believed_day

COLUMNS = "CustomerId,Rec Date,FDM\n"


def days(shop):
    return [day for (day,) in shop.facts("order_date")]


def lines(long_log, *texts):
    return long_log(*(f"c,{text},A,CAD,1,1" for text in texts))


def test_one_clear_row_decides(shop, long, long_log):
    shop.put("a.csv", lines(long_log, "3/4/2024"))
    shop.put("b.csv", lines(long_log, "13/4/2024"))
    shop.build(long())
    assert days(shop) == ["2024-04-03", "2024-04-13"]
    shop.put("b.csv", lines(long_log, "4/13/2024"))
    shop.build(long())
    assert days(shop) == ["2024-03-04", "2024-04-13"]


def test_nothing_is_asked_where_nothing_is_ambiguous(shop, long, long_log):
    shop.put("a.csv", lines(long_log, "3/3/2024", "2024-04-05", "5-Jan-2024"))
    shop.build(long())
    assert days(shop) == ["2024-01-05", "2024-03-03", "2024-04-05"]


def test_an_ambiguous_column_asks(shop, long, long_log):
    shop.put("a.csv", lines(long_log, "3/4/2024", "5/6/2024"))
    with pytest.raises(SalesLogError, match=r"'3/4/2024' in a\.csv, record 1.*day_first"):
        shop.build(long())
    shop.build(long(time=TimeSettings(day_first=True)))
    assert days(shop) == ["2024-04-03", "2024-06-05"]


def test_the_shipped_map_says_month_first(shop):
    shop.put("a.csv", COLUMNS + "c,3/4/2024,1\n")
    quality = shop.build().quality
    assert days(shop) == ["2024-03-04"]
    assert "dates_assumed" in [note.code for note in quality.warnings]


def test_contradiction_is_an_error_with_an_example_of_each(shop, long, long_log):
    shop.put("a.csv", lines(long_log, "13/4/2024", "4/14/2024", "4/15/2024"))
    with pytest.raises(SalesLogError, match=r"1 lines have the day first.*13/4/2024.*2 the month"):
        shop.build(long())
    quality = shop.build(long(time=TimeSettings(day_first=False))).quality
    assert quality.lines_rejected == {"date_unreadable": 1}


def test_rows_after_the_cutoff_do_not_testify(shop, long, long_log):
    shop.put("a.csv", lines(long_log, "3/4/2024", "4/13/2024", "25/12/2024"))
    with pytest.raises(SalesLogError, match="contradicts"):
        shop.build(long())
    shop.build(long(), cutoff="2024-06-30")
    assert days(shop) == ["2024-03-04", "2024-04-13"]


def test_all_dates_unreadable(shop, long, long_log):
    shop.put("a.csv", lines(long_log, "soon", "later"))
    with pytest.raises(SalesLogError, match="2 date_unreadable"):
        shop.build(long())


def test_posting_dates_that_cannot_be_read_are_unknown(shop):
    shop.put(
        "a.csv",
        "CustomerId,Rec Date,Created_Date,FDM\n"
        "c,1/15/2024,16/1/2024 10:00,1\nc,1/16/2024,2/1/2024,1\nc,1/17/2024,?,1\nc,1/18/2024,,1\n",
    )
    shop.build()
    assert shop.facts("known_at") == [("2024-01-16",), ("2024-01-02",), ("None",), ("None",)]


def spread(first, count, step=1):
    return {first + dt.timedelta(days=step * at): 1 for at in range(count)}


def test_a_stray_line_after_a_long_gap_is_not_believed():
    history = spread(dt.date(2020, 1, 1), 1100)
    end = max(history)
    assert last_believed_day(history | {end + dt.timedelta(days=91): 1}) == end
    assert last_believed_day(history | {end + dt.timedelta(days=90): 1}) > end
    late = {end + dt.timedelta(days=400): 2}
    assert last_believed_day(history | late) > end  # too many to be strays
    assert last_believed_day({}) == dt.date(1970, 1, 1)


def test_strays_are_rejected_and_judged_up_to_the_cutoff(shop, long, long_log):
    history = [str(dt.date(2020, 1, 1) + dt.timedelta(days=at)) for at in range(1100)]
    shop.put("a.csv", lines(long_log, *history, "2199-01-01"))
    quality = shop.build(long()).quality
    assert quality.lines_rejected == {"date_implausible": 1}
    assert str(quality.last_day) == history[-1]

    later = [str(dt.date(2024, 1, 1) + dt.timedelta(days=at)) for at in range(50)]
    shop.put("a.csv", lines(long_log, *history, "2023-07-01", *later))
    assert shop.build(long()).quality.lines_rejected == {}
    shop.build(long(), cutoff="2023-12-31")
    assert shop.rejects() == [(1101, "date_implausible")]
    assert days(shop)[-1] == later[-1]
