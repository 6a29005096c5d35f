"""Unknown files to proposed settings: long, wide, lookups, odd inputs."""

import datetime as dt
import random

import pytest

from gosales.core.errors import SalesLogError
from gosales.etl.propose import propose

GERMAN = (
    "Auftrags-Nr.;Bestelldatum;Erfassungsdatum;Kunden-Nr.;Kundenname;Artikelnummer;Warengruppe;"
    "Menge;Einzelpreis;Umsatz;Deckungsbeitrag;Filiale;Verkäufer"
)


def written(folder, name, lines, encoding="utf-8"):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def comma(number):
    return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def found(proposal):
    return {choice.key: choice.value for choice in proposal.choices}


def english(rows=200, day="{0:%Y-%m-%d}", seed=1):
    """A long log with customers, SKUs and a revenue beside a margin."""
    draw = random.Random(seed)
    lines = ["Order Date,Customer No,Item Code,Qty,GP,Revenue"]
    for order in range(rows):
        date = day.format(dt.date(2023, 1, 1) + dt.timedelta(days=order))
        quantity, value = draw.randint(1, 9), draw.randint(100, 99_999) / 100
        customer, item = draw.randint(1, 30), draw.randint(1, 20)
        lines.append(f"{date},C{customer},P{item},{quantity},{value / 4:.2f},{value}")
    return lines


@pytest.fixture(scope="module")
def german(tmp_path_factory):
    draw = random.Random(1)
    lines = [GERMAN]
    for order in range(300):
        day = dt.date(2021, 1, 1) + dt.timedelta(days=3 * order)
        customer = draw.randrange(40)
        for _ in range(draw.randint(1, 3)):
            item, quantity = draw.randrange(30), draw.randint(1, 9)
            price = draw.randint(100, 150_000) / 100
            amounts = (price, price * quantity, price * quantity * 0.3)
            lines.append(
                f"A{order};{day:%d.%m.%Y};{day + dt.timedelta(days=2):%d.%m.%Y};{1000 + customer};"
                f"Firma {customer} GmbH;{item}-X;{('Möbel', 'Bau')[item % 2]};{quantity};"
                f"{';'.join(map(comma, amounts))};{('Nord', 'Süd')[customer % 2]};"
                f"{('Anna Alt', 'Bert Bau')[customer % 2]}"
            )
    folder = tmp_path_factory.mktemp("german")
    return propose([written(folder, "verkauf.csv", lines, "cp1252")])


def test_german_headers_semicolons_and_decimal_commas_are_understood(german):
    assert found(german) == {
        "shape": "long",
        "decimal_comma": True,
        "customer": "Kunden-Nr.",
        "customer_name": "Kundenname",
        "date": "Bestelldatum",
        "known_at": "Erfassungsdatum",
        "order": "Auftrags-Nr.",
        "sku": "Artikelnummer",
        "division": "Warengruppe",
        "quantity": "Menge",
        "value": "Umsatz",
        "branch": "Filiale",
        "rep": "Verkäufer",
    }


def test_the_product_of_quantity_and_price_is_a_reason_and_the_margin_is_named(german):
    value = next(choice for choice in german.choices if choice.key == "value")
    assert value.certainty == "sure"
    assert "quantity x price = value in 100 %" in value.why
    assert 'preferred to "Deckungsbeitrag"' in value.why


def test_a_revenue_is_preferred_to_a_margin(tmp_path):
    proposal = propose([written(tmp_path, "log.csv", english())])
    value = next(choice for choice in proposal.choices if choice.key == "value")
    assert value.value == "Revenue"
    assert 'preferred to "GP"' in value.why
    assert any("division" in note for note in proposal.notes)


def test_a_margin_is_taken_only_where_there_is_nothing_else(tmp_path):
    lines = [line.rsplit(",", 1)[0] for line in english()]
    proposal = propose([written(tmp_path, "log.csv", lines)])
    value = next(choice for choice in proposal.choices if choice.key == "value")
    assert (value.value, value.certainty) == ("GP", "guess")
    assert "margin" in value.why


def test_a_unit_price_is_named_only_without_a_line_value(tmp_path):
    lines = [line.rsplit(",", 1)[0].replace("GP", "Price") for line in english()]
    keys = found(propose([written(tmp_path, "log.csv", lines)]))
    assert keys["unit_price"] == "Price"
    assert "value" not in keys


def test_lookups_are_told_from_the_log_and_joined_by_their_values(tmp_path):
    log = written(tmp_path, "a_log.csv", english())
    colours = ("red", "blue", "green", "grey")
    products = ["Item,Item Name,Color,Subcategory,Category"]
    products += [
        f"P{n},Thing number {n},{colours[n % 4]},Sub {n % 6},{('Big', 'Small')[n % 2]}"
        for n in range(1, 25)
    ]
    customers = ["Account,Company Name,Industry,City"]
    customers += [f"C{n},Firm {n} Ltd,{('Steel', 'Wood')[n % 2]},Town {n}" for n in range(1, 40)]
    other = ["Planet,Moons", "Mars,2", "Earth,1"]
    paths = [
        written(tmp_path, name, lines)
        for name, lines in (("p.csv", products), ("c.csv", customers), ("x.csv", other))
    ]
    proposal = propose([*paths, log])
    assert proposal.logs == (log,)
    by_name = {lookup.name: lookup for lookup in proposal.lookups}
    assert by_name["products"].columns.value == {
        "sku": "Item",
        "division": "Subcategory",
        "name": "Item Name",
    }
    assert '"Category" (2 values)' in by_name["products"].columns.runner_up
    assert by_name["customers"].columns.value == {
        "customer_id": "Account",
        "customer_name": "Company Name",
    }
    assert [choice.value for choice in by_name["customers"].more] == [["Industry"]]
    assert any("x.csv is not used" in note for note in proposal.notes)


def test_codes_that_say_division_are_preferred_to_a_colour_and_their_names_are_pointed_out(
    tmp_path,
):
    log = written(tmp_path, "a_log.csv", [line.rsplit(",", 2)[0] for line in english()])
    colours = ("red", "blue", "green", "grey")
    products = ["Item,Item Name,Color,Unit Price,SubcategoryKey"]
    products += [f"P{n},Thing {n},{colours[n % 4]},{n}.50,{n % 6 + 1}" for n in range(1, 25)]
    names = ["SubcategoryKey,Subcategory", *(f"{n},Sub {n}" for n in range(1, 7))]
    paths = [written(tmp_path, "p.csv", products), written(tmp_path, "s.csv", names)]
    proposal = propose([log, *paths])
    assert proposal.lookups[0].columns.value["division"] == "SubcategoryKey"
    assert any('s.csv names them ("Subcategory")' in note for note in proposal.notes)
    assert any('p.csv has "Unit Price"' in note for note in proposal.notes)


def test_heads_and_lines_of_orders_in_two_files_have_to_be_joined_first(tmp_path):
    draw = random.Random(5)
    heads = ["OrderID,CustomerID,OrderDate,Freight"]
    heads += [f"{n},C{draw.randrange(30)},2023-01-{n % 27 + 1:02},{n}.25" for n in range(1, 90)]
    lines = ["OrderID,ProductID,Quantity,UnitPrice"]
    lines += [f"{n},P{draw.randrange(20)},{draw.randint(1, 9)},2.5" for n in range(1, 90)] * 2
    paths = [written(tmp_path, "heads.csv", heads), written(tmp_path, "lines.csv", lines)]
    with pytest.raises(
        SalesLogError, match=r'lines.csv has the products.*Join the two by "OrderID"'
    ):
        propose(paths)


def test_lines_are_known_by_repeated_orders_whatever_their_products_are_called(tmp_path):
    heads = ["InvoiceId,CustomerId,InvoiceDate,Town,Total"]
    heads += [f"{n},C{n % 7},2023-01-{n % 27 + 1:02},Town {n % 20},{n}.25" for n in range(1, 90)]
    lines = ["LineId,InvoiceId,SongId,UnitPrice"]
    lines += [f"{n},{n // 3 + 1},{n % 40},0.99" for n in range(250)]
    paths = [written(tmp_path, "heads.csv", heads), written(tmp_path, "lines.csv", lines)]
    with pytest.raises(SalesLogError, match='Join the two by "InvoiceId"'):
        propose(paths)


def test_files_without_any_date_are_refused_together(tmp_path):
    paths = [
        written(tmp_path, name, [f"{name} Id,Name,Total", *(f"{n},n{n},1.5" for n in range(9))])
        for name in ("Track", "Artist")
    ]
    with pytest.raises(SalesLogError, match=r"No column of the 2 files .*Track, Artist"):
        propose(paths)


def star_of_stores(rows=240):
    """Facts of a star without a customer: numbers of stores, items and categories."""
    draw = random.Random(8)
    header = "Invoice Number,Order Date,County,Store Number,Category Number,Item Number,Volume ML"
    lines = [header + ",Bottles Sold,Retail,Sale Dollars"]
    for n in range(rows):
        item, bottles, price = draw.randrange(40), draw.randint(1, 24), draw.randint(300, 3000)
        lines.append(
            f"S{n},{dt.date(2022, 1, 1) + dt.timedelta(days=n)},{draw.randrange(6)},"
            f"{2000 + draw.randrange(30)},{1010 + item % 8},{item},{(375, 750)[item % 2]},"
            f"{bottles},{price / 100:.2f},{bottles * price / 100:.2f}"
        )
    return lines


def test_stores_are_the_customers_and_codes_the_divisions_where_nothing_else_is(tmp_path):
    names = ["category_number,category_name"]
    names += [f"{1010 + n},{chr(65 + n)} spirits" for n in range(8)]
    paths = [
        written(tmp_path, "facts.csv", star_of_stores()),
        written(tmp_path, "dim_category.csv", names),
    ]
    proposal = propose(paths)
    keys = found(proposal)
    assert (keys["customer"], keys["division"]) == ("Store Number", "Category Number")
    assert any('dim_category.csv names them ("category_name")' in note for note in proposal.notes)
    customer = next(choice for choice in proposal.choices if choice.key == "customer")
    assert customer.certainty == "guess"


def test_a_store_is_named_by_the_log_or_by_the_file_that_describes_it(tmp_path):
    log = star_of_stores()
    stores = ["store_number,store_name,zip"]
    stores += [f"{2000 + n},Shop {n} of Iowa,{50000 + n}" for n in range(30)]
    paths = [written(tmp_path, "facts.csv", log), written(tmp_path, "dim_store.csv", stores)]
    assert propose(paths).lookups[0].columns.value["customer_name"] == "store_name"
    named = [f"{log[0]},Store Name", *(f"{line},Shop {line.split(',')[3]} Co" for line in log[1:])]
    keys = found(propose([written(tmp_path, "named.csv", named)]))
    assert (keys["customer"], keys["customer_name"]) == ("Store Number", "Store Name")


def test_a_proven_product_beats_a_header_that_only_hints_at_a_quantity(tmp_path):
    lines = [line.replace("Volume ML", "Volume") for line in star_of_stores()]
    keys = found(propose([written(tmp_path, "facts.csv", lines)]))
    assert (keys["quantity"], keys["value"]) == ("Bottles Sold", "Sale Dollars")


def test_an_order_of_one_line_says_nothing_against_a_customer(tmp_path):
    lines = [f"{line},SO{n}" for n, line in enumerate(english())]
    lines[0] = english()[0] + ",Order Number"
    choices = propose([written(tmp_path, "log.csv", lines)]).choices
    customer = next(choice for choice in choices if choice.key == "customer")
    assert customer.certainty == "sure"
    assert "orders" not in customer.why


def test_a_month_and_what_belongs_to_a_product_are_no_customers(tmp_path):
    draw = random.Random(2)
    lines = ["date,month,product code,variant,sold quantity,gross amount"]
    for n in range(300):
        item = draw.randrange(60)
        day = dt.date(2023, 1, 1) + dt.timedelta(days=n)
        lines.append(f"{day},{day:%B},P{item},V{item % 15},{draw.randint(1, 9)},{n}.50")
    with pytest.raises(SalesLogError, match="looks like a customer"):
        propose([written(tmp_path, "log.csv", lines)])


def test_few_products_are_offered_as_divisions(tmp_path):
    notes = propose([written(tmp_path, "log.csv", english())]).notes
    assert any('20 products, they may be the divisions: division = "Item' in n for n in notes)


def test_a_wide_log_of_other_products_is_told_by_its_pairs(tmp_path):
    header = "Invoice No,Invoice Date,Cust No,Town,Drill Amt,Drill Units,Saw Amt,Saw Units"
    lines = [header + ",Glue Amt,Glue Units"]
    lines += [f"{n},2024-01-{n % 28 + 1:02},{n % 9},T{n % 5},2.5,1,,,9.75,3" for n in range(60)]
    with pytest.raises(SalesLogError, match=r'3 products have two columns.*"Drill Units"'):
        propose([written(tmp_path, "log.csv", lines)])


def test_titles_above_the_header_are_passed_over(tmp_path):
    lines = ["Wolfe Instruments Inc.", "Sales, by customer", "", *english()]
    keys = found(propose([written(tmp_path, "log.csv", lines)]))
    assert (keys["customer"], keys["value"]) == ("Customer No", "Revenue")


def test_lines_that_were_called_off_are_pointed_out(tmp_path):
    status = ("Shipped", "Shipped", "Cancelled", "Disputed")
    lines = [f"{line},{status[at % 4]}" for at, line in enumerate(english())]
    lines[0] = lines[0].rsplit(",", 1)[0] + ",STATUS"
    notes = propose([written(tmp_path, "log.csv", lines)]).notes
    told = [note for note in notes if "count as sales" in note]
    assert len(told) == 1
    assert '"STATUS" is "Cancelled" in 25.0 % of the rows' in told[0]


def test_a_second_export_of_the_same_form_is_a_log_too(tmp_path):
    paths = [written(tmp_path, f"{seed}.csv", english(seed=seed)) for seed in (1, 2)]
    assert set(propose(paths).logs) == set(paths)


def test_headers_that_say_nothing_are_guessed_from_values(tmp_path):
    draw = random.Random(3)
    lines = ["a,b,c,e"]
    for order in range(150):
        customer = draw.randrange(25)
        lines += [
            f"C{customer},2023-{order % 12 + 1:02}-{order % 27 + 1:02},X{draw.randrange(60)},"
            f"{draw.randint(100, 9999) / 100}"
            for _ in range(3)
        ]
    proposal = propose([written(tmp_path, "log.csv", lines)])
    assert found(proposal) == {
        "shape": "long",
        "customer": "a",
        "date": "b",
        "sku": "c",
        "value": "e",
    }
    assert {c.certainty for c in proposal.sections["columns"]} == {"guess"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("{0:%Y-%m-%d}", None),
        ("{0:%d/%m/%Y}", None),  # days above 12 tell
    ],
)
def test_the_day_order_is_left_to_the_loader_where_rows_tell(tmp_path, day, expected):
    keys = found(propose([written(tmp_path, "log.csv", english(day=day))]))
    assert keys.get("day_first") is expected


@pytest.mark.parametrize("day_first", [True, False])
def test_undecidable_days_are_read_so_that_the_file_is_sorted(tmp_path, day_first):
    lines = english(rows=1)[:1]
    for month in range(1, 13):
        for day in range(1, 13):
            text = f"{day}/{month}/2023" if day_first else f"{month}/{day}/2023"
            lines.append(f"{text},C{day % 5},P{month},1,2.5,{day}.5")
    keys = found(propose([written(tmp_path, "log.csv", lines)]))
    assert keys["day_first"] is day_first


def test_contradicting_dates_are_decided_by_the_majority(tmp_path):
    lines = english(day="{0:%d/%m/%Y}")
    lines[5] = "12/31/2023" + lines[5][10:]
    assert found(propose([written(tmp_path, "log.csv", lines)]))["day_first"] is True


def test_the_shipped_wide_log_is_known(tmp_path):
    lines = [
        "CustomerId,Rec Date,Revenue,Simulation,Simulation_Qty,Training,Training_Qty,PDM,Robot"
    ]
    lines += [f"{n % 9},2024-01-{n % 28 + 1:02},100,,,250.50,1,,{n}.25" for n in range(60)]
    proposal = propose([written(tmp_path, "log.csv", lines)])
    assert found(proposal) == {"shape": "wide"}
    assert any('"Robot" (60 lines)' in note for note in proposal.notes)


def test_a_wide_log_with_another_customer_header_names_it(tmp_path):
    lines = ["Account Number,Rec Date,Simulation,Training,PDM"]
    lines += [f"{n % 9},2024-01-{n % 28 + 1:02},,250.50," for n in range(60)]
    keys = found(propose([written(tmp_path, "log.csv", lines)]))
    assert keys == {"shape": "wide", "customer": "Account Number"}


def test_parquet_is_read_as_well(tmp_path):
    import pyarrow.csv
    import pyarrow.parquet

    table = pyarrow.csv.read_csv(written(tmp_path, "log.csv", english()))
    pyarrow.parquet.write_table(table, tmp_path / "log.parquet")
    keys = found(propose([tmp_path / "log.parquet"]))
    assert (keys["customer"], keys["date"], keys["value"]) == (
        "Customer No",
        "Order Date",
        "Revenue",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no record"),
        (b" 00001 20240101  1 11.77\n 00002 20240102  5 7.00\n", "only blanks part its columns"),
        (b"Customer,Date,Sku\n", "only a header line"),
        (bytes(range(256)) * 4, "no table of text|no record"),
        (b"Name\nann\nbob\n", "looks like a date"),
        (b"Customer Id,Product,Amount\n1,P1,2.5\n2,P2,3.5\n", "looks like a date"),
        (b"1,2024-01-01,P1,2.5\n2,2024-01-02,P2,3.5\n", "no header line"),
        (b"Customer Id,Product,Date\n1,P1,2024-01-01\n2,P2,2024-01-02\n", "amount of money"),
    ],
)
def test_what_is_no_log_is_said_so(tmp_path, content, message):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(SalesLogError, match=message):
        propose([path])


def test_a_freight_is_no_value_of_the_goods(tmp_path):
    lines = ["Customer,Date,Sku,Freight", "7,2024-01-01,P1,2.50", "8,2024-01-02,P2,3.50"]
    with pytest.raises(SalesLogError, match="amount of money"):
        propose([written(tmp_path, "log.csv", lines)])


def test_one_customer_is_a_log_too(tmp_path):
    lines = ["Customer,Date,Sku,Division,Value", "7,2024-01-01,P1,East,2.50"]
    keys = found(propose([written(tmp_path, "log.csv", lines)]))
    assert keys["customer"] == "Customer"


@pytest.mark.parametrize(
    ("divisions", "told"),
    [
        (("Tools", "OTHER"), '"OTHER" in "Category"'),
        (("Tools", "Sonstige Artikel", "misc."), '"Sonstige Artikel", "misc." in "Category"'),
        (("Tools", "Motherboards", "Rest Rooms"), None),
    ],
)
def test_a_division_that_sounds_like_a_leftover_is_asked_about_and_set_nowhere(
    tmp_path, divisions, told
):
    log = written(tmp_path, "log.csv", english())
    rows = [f"P{item},{divisions[item % len(divisions)]}" for item in range(1, 21)]
    table = written(tmp_path, "items.csv", ["Item Code,Category", *rows])
    proposal = propose([log, table])
    found = [note for note in proposal.notes if "leftover = [" in note]
    assert [note.startswith(told or "-") for note in found] == [True] * bool(told)
    assert "divisions" not in proposal.sections
