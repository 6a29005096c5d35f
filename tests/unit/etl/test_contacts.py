"""Contact columns are found by header and by cells, and leave no trace in what is staged."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from gosales.etl.contacts import (
    CONTACT_CELL,
    DAY_CELL,
    LEFT_OUT,
    MAIL_CELL,
    PHONE_CELL,
    Contacts,
    named_contact,
)
from gosales.etl.quality import render
from gosales.etl.records import Records
from gosales.etl.settings import CustomerLookup, LookupSettings, PrivacySettings
from gosales.etl.sku_map import load_sku_map

CONTACTS = """
Email|E-Mail|Contact_Email|emailAddress|Kunden-E-Mail|Courriel|Correo electrónico|Mailadresse
Phone|PhoneNumber|Telephone 2|Tel.|Telefon|Telefonnummer|Téléphone|Teléfono|Handy|Mobile|MobilNr
Fax|Fax-Nr.|Cell|WhatsApp|Rep Phone|Contact|ContactPerson|Contact Name|Ansprechpartner|Kontaktperson
Contacto|First Name|LastName|Vorname|Nachname|Prénom|Apellidos|Attn|Geburtsdatum|Date of Birth
Address|Address Line 1|Ship-To Address|BillingStreet|Straße|Lieferanschrift|Rechnungsadresse
Adresse|Dirección|Rue|Indirizzo|PO Box|Postfach|CONTACTLASTNAME|ADDRESSLINE1
""".strip().replace("\n", "|")
OTHERS = """
Customer|Customer Name|Company|Account|Rep|Salesperson|Manager|Branch|City|State|Zip|_3DigitZip
PostalCode|Country|Region|Industry|Date|Order Date|Last contact|Contact type|Days since contact
Created_Date|Item|Description|Notes|Value|Quantity|Hotel|Telemetry|Faxon|Automobile|Material
Streetwear|Issue|Line Id|Currency|Discount|Segment|Mailing list size
""".strip().replace("\n", "|")


def test_contact_headers_in_many_languages():
    assert [header for header in CONTACTS.split("|") if not named_contact(header)] == []


def test_other_headers_are_none():
    headers = [*OTHERS.split("|"), *sorted(load_sku_map().headers)]
    assert [header for header in headers if named_contact(header)] == []


def told(*texts):
    """For each text whether it is taken for a contact."""
    query = f"SELECT x, {CONTACT_CELL} FROM (SELECT unnest($texts) AS x)"
    patterns = {"mail": MAIL_CELL, "phone": PHONE_CELL, "day": DAY_CELL}
    return dict(duckdb.execute(query, {"texts": list(texts), **patterns}).fetchall())


def test_cells_that_reach_a_person():
    found = told(
        "+49 30 1234567", "+4915112345678", "0049 (0)30-123456", "(555) 123-4567", "555-123-4567",
        "1-555-123-4567 x12", "030/1234567", "01 23 45 67 89", "555.123.4567",
        "Tel. +1 555 123 4567", "ann.lee@acme.co.uk", "Ann Lee <ann@acme.com>; bob@acme.com",
    )  # fmt: skip
    assert [text for text, contact in found.items() if not contact] == []


def test_cells_that_reach_nobody():
    found = told(
        "2024-06-30", "30.06.2024", "06/30/2024", "01/02/2024", "01/02/2024 10:30", "2024 06 30",
        "20240630", "4500012345", "1,234.50", "1.234.567,00", "+12.50", "-120.00", "0012345",
        "A-100-200", "12-345", "10.0.0.1", "2 @ 4.50 each", "", "2024-06-30T10:30:00",
    )  # fmt: skip
    assert [text for text, contact in found.items() if contact] == []


SECRETS = ("ann@acme.com", "bob@acme.com", "555-123-4567", "Ann Lee", "12 Elm Street")


def noisy_log(*lines):
    header = "Customer,Date,Sku,Division,Qty,Value,Contact,Info,Ship Address"
    return "\n".join((header, *lines)) + "\n"


def bytes_under(folder):
    """Everything that is written below a folder, Parquet and DuckDB files unpacked."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            found.append(str(pq.read_table(path).to_pylist()))
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", errors="replace"))
    return "\n".join(found)


def test_nothing_of_contact_columns_is_written(shop, long):
    shop.put(
        "a.csv",
        noisy_log(
            "c1,2024-01-01,A,CAD,1,1,Ann Lee,ann@acme.com,12 Elm Street",
            "c1,2024-01-02,A,CAD,x,1,Ann Lee,555-123-4567,",
            "Customer,Date,Sku,Division,Qty,Value,Contact,Info,Ship Address",
            ",,,,,,,,",
            "c1,2024-01-03,A,CAD,1",
            "c1,2024-01-04,A,CAD,1,1,Ann Lee,bob@acme.com,12 Elm Street,one too many",
        ),
    )
    shop.put(
        "customers.csv",
        "customer_id,industry,phone,reach,mobile,valid_from\n"
        "c1,Steel,555-123-4567,ann@acme.com,0151 2345678,2020-01-01\n",
        lookup=True,
    )
    settings = long(lookup=LookupSettings(customers=CustomerLookup(constant=("mobile",))))
    built = shop.build(settings)
    assert shop.rejects() == [(2, "number_unreadable"), (3, "header"), (4, "blank"),
                              (5, "field_count"), (6, "field_count")]  # fmt: skip
    assert shop.rows("SELECT text FROM rejects ORDER BY record") == [
        (f"c1,2024-01-02,A,CAD,x,1,{LEFT_OUT},{LEFT_OUT},",),
        ("Customer,Date,Sku,Division,Qty,Value,Contact,Info,Ship Address",),
        (",,,,,,,,",),
        (LEFT_OUT,),
        (LEFT_OUT,),
    ]
    assert built.quality.contact_columns == {
        "customers.csv": ("phone", "reach"),
        "a.csv": ("Contact", "Info", "Ship Address"),
    }
    assert shop.rows("SELECT attribute FROM customer_attribute ORDER BY 1") == [
        ("industry",),
        ("mobile",),
    ]
    assert "a.csv: Contact, Info, Ship Address" in render(built.quality)
    built.write_rejects(shop.root / "rejects.csv")
    texts = shop.rows("FROM rejects")
    written = bytes_under(shop.sources.staging) + str(texts)
    written += (shop.root / "rejects.csv").read_text(encoding="utf-8")
    written += shop.star.read_bytes().decode("latin-1")
    assert [secret for secret in SECRETS if secret in written] == []
    assert "c1" in written
    assert shop.build(settings).quality == built.quality  # from what is staged


def test_asked_for_and_mapped_columns_stay(shop, long):
    shop.put("a.csv", noisy_log("c1,2024-01-01,A,CAD,x,1,Ann Lee,ann@acme.com,Elm",
                                "c1,2024-01-01,A,CAD,1,1,Ann Lee,ann@acme.com,Elm"))  # fmt: skip
    columns = long().columns.model_copy(update={"rep": "Contact"})
    asked = PrivacySettings(keep_contact_columns=("info",))
    built = shop.build(long(columns=columns, privacy=asked))
    assert built.quality.contact_columns == {"a.csv": ("Ship Address",)}
    assert shop.rows("SELECT rep FROM fact_transactions") == [("Ann Lee",)]
    assert shop.rows("SELECT text FROM rejects") == [
        (f"c1,2024-01-01,A,CAD,x,1,Ann Lee,ann@acme.com,{LEFT_OUT}",)
    ]


def test_lines_that_differ_in_a_contact_alone_are_two(shop, long):
    """As before they were left out: the same line in two files is one, another contact another."""
    same, other = "c,2024-01-01,A,CAD,1,1,Ann,,", "c,2024-01-01,A,CAD,1,1,Bob,,"
    shop.put("a.csv", noisy_log(same))
    shop.put("b.csv", noisy_log(same, other))
    shop.put("c.csv", "Customer,Date,Sku,Division,Qty,Value\nc,2024-01-01,A,CAD,1,1\n")
    assert shop.build(long()).quality.lines_rejected == {"duplicate_line": 1}
    assert shop.rejects() == [(1, "duplicate_line")]


def test_a_product_is_no_contact(shop):
    shop.put(
        "a.csv",
        "CustomerId,Rec Date,Simulation,Mobile,Mobile_Qty,Phone\n"
        "1,2024-01-31,5.00,7.50,1,555-123-4567\n2,2024-01-31,5.00,7.50,1,\n",
    )
    quality = shop.build().quality
    assert quality.contact_columns == {"a.csv": ("Phone",)}
    assert [note.code for note in quality.warnings].count("column_unmapped") == 1


def records(path, columns, row_group_size):
    """Records with these columns, as they are kept while a file is read."""
    table = pa.table({f"c{at}": column for at, column in enumerate(columns)})
    pq.write_table(table, path, row_group_size=row_group_size)
    return Records(path, tuple(f"h{at}" for at in range(len(columns))), ",", table.num_rows)


def test_cells_are_looked_at_wherever_the_first_filled_ones_are(tmp_path):
    rows = 3_000
    late = ["", None, " "] * 900 + ["ann@acme.com", " bob@acme.com ", "x"] * 100
    most = ["x"] * 450 + ["ann@acme.com"] * 550 + ["x"] * 2_000
    few = ["ann@acme.com"] * 450 + ["x"] * 550 + ["ann@acme.com"] * 2_000
    columns = [late, most, few, ["x"] * rows, [""] * rows, [None] * rows]
    columns = [pa.array(column, pa.string()) for column in columns]
    made = records(tmp_path / "records.parquet", columns, 500)
    assert Contacts.but(()).find(duckdb.connect(), made) == (0, 1)


class Counting:
    """A connection that adds up how long its queries are."""

    def __init__(self):
        self.real, self.letters = duckdb.connect(), 0

    def __getattr__(self, name):
        return getattr(self.real, name)

    def execute(self, query, *more):
        self.letters += len(query)
        return self.real.execute(query, *more)


def test_thousands_of_columns_take_no_query_that_names_them_all(tmp_path):
    """One with a part for each of 2,000 columns took a minute and nine gigabytes to plan."""
    made = records(tmp_path / "records.parquet", [["1"]] * 2_000, 10)
    connection = Counting()
    assert Contacts.but(()).find(connection, made) == ()
    assert connection.letters < 20_000
