"""The pieces of a proposal: header words, no-products, agreement, the written text."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from gosales.etl.propose import Proposal
from gosales.etl.propose_facts import SkuCount, agreement
from gosales.etl.propose_roles import Choice
from gosales.etl.propose_skus import as_patterns, choose_excluded, no_products
from gosales.etl.propose_toml import comment, render_toml, toml_value
from gosales.etl.propose_words import WORDS, header_score, is_margin, plain_words


@pytest.mark.parametrize(
    ("role", "header"),
    [
        ("customer", "ResellerKey"),
        ("customer", "Kundennummer"),
        ("customer", "code_client"),
        ("customer", "Customer ID"),
        ("customer", "household_id"),
        ("customer", "Kd-Nr."),
        ("customer", "N° client"),
        ("customer", "KUNNR"),
        ("customer_name", "CUSTOMERNAME"),
        ("date", "ORDERDATE"),
        ("date", "FKDAT"),
        ("known_at", "ERDAT"),
        ("order", "ORDERNUMBER"),
        ("order", "VBELN"),
        ("line_id", "ORDERLINENUMBER"),
        ("sku", "PRODUCTCODE"),
        ("sku", "MATNR"),
        ("sku_name", "ARKTX"),
        ("division", "PRODUCTLINE"),
        ("division", "Hauptwarengruppe"),
        ("division", "MATKL"),
        ("quantity", "QUANTITYORDERED"),
        ("quantity", "FKIMG"),
        ("value", "NETWR"),
        ("unit_price", "PRICEEACH"),
        ("customer_name", "Nom du client"),
        ("date", "InvoiceDate"),
        ("date", "Fecha de pedido"),
        ("date", "Date de commande"),
        ("known_at", "Created_Date"),
        ("known_at", "Date de saisie"),
        ("order", "Numéro de facture"),
        ("order", "SalesOrderNumber"),
        ("sku", "Réf. article"),
        ("sku", "StockCode"),
        ("quantity", "Quantité"),
        ("quantity", "Cantidad"),
        ("value", "Montant HT"),
        ("value", "Importe"),
        ("value", "SalesAmount"),
        ("unit_price", "Prix unitaire"),
        ("division", "Product Category"),
        ("rep", "SalesPerson"),
        ("branch", "SalesTerritoryKey"),
        ("customer", "Customer: Internal ID"),
        ("customer_name", "NAME1"),
        ("date", "close_date"),
        ("rep", "_SalesTeamID"),
        ("sku", "book_id"),
    ],
)
def test_a_header_says_its_role_most_clearly(role, header):
    scores = {other: header_score(other, header) for other in WORDS if other != "constant"}
    assert scores[role] == max(scores.values()) > 0.5, scores


@pytest.mark.parametrize(
    ("role", "header"),
    [
        ("date", "Last_Update"),
        ("date", "Due Date"),
        ("known_at", "Modified Date"),
        ("value", "TaxAmt"),
        ("value", "Discount Amount"),
        ("quantity", "Unit Price"),
        ("customer", "CustomerPhone"),
        ("sku", "ProductName"),
        ("date", "SHIPDATE"),
    ],
)
def test_a_header_that_means_something_else_is_no_candidate(role, header):
    assert header_score(role, header) == 0


@pytest.mark.parametrize("header", ["GP", "Gross Profit", "TotalProductCost", "Deckungsbeitrag"])
def test_margins_and_costs_are_known(header):
    assert is_margin(header)


def test_revenue_is_no_margin():
    assert not is_margin("Revenue")
    assert not is_margin("SalesAmount")


def test_words_of_a_header():
    assert plain_words("Straße_Nr.") == "strasse nr"
    assert plain_words("StateProvinceName") == "state province name"


def counts(**names):
    codes = [SkuCount(f"{n}A", 9, "a lamp") for n in range(20_000, 20_100)]
    return codes + [SkuCount(sku, 5, name) for sku, name in names.items()]


def test_postage_and_corrections_among_codes_are_no_products():
    odd = counts(POST="", M="Manual", C2="CARRIAGE", ADJUST="", ADJUST2="Adjustment by x", C3="")
    assert {one.sku for one in no_products(odd)} == {"POST", "M", "C2", "ADJUST", "ADJUST2", "C3"}


def test_products_of_unlike_form_are_kept_and_mentioned():
    found = choose_excluded(counts(DCGS0003="BOXED GLASS ASHTRAY", PARTYBAGS="bags", POST=""))
    assert found.value == ["POST"]
    assert "DCGS0003" in found.why
    assert "PARTYBAGS" in found.why


def test_names_as_skus_are_products_unless_they_say_only_postage():
    names = [
        SkuCount(name, 3, "") for name in ("Road Bike", "Postage", "Postage stamp mug", "Tyre")
    ]
    assert [one.sku for one in no_products(names)] == ["Postage"]
    assert choose_excluded([SkuCount("P1", 3, ""), SkuCount("P2", 3, "")]) is None


def test_patterns_join_a_stem_unless_a_product_has_it():
    assert as_patterns(["ADJUST", "Adjust2", "m", "M"], ["123"]) == ["ADJUST*", "M"]
    assert as_patterns(["TEST1", "TEST2"], ["TESTER"]) == ["TEST1", "TEST2"]
    assert as_patterns(["A*B[1]?"], []) == ["A[*]B[[]1][?]"]


def test_agreement_needs_telling_rows():
    quantity, price = np.array([2.0, 3, 4, 5, 6, 7]), np.array([1.5, 2, 2, 2, 2, 2])
    assert agreement(quantity, price, quantity * price) == 1
    assert agreement(np.ones(6), price, price) == 0  # a quantity of one proves nothing
    assert agreement(quantity, price, quantity * 0 + np.nan) == 0


@pytest.mark.parametrize(
    "text", ['a "b" \\ c', "x\n[products]\ny = 1", "\x7f\x00\t", "Größe €", "\u2028\u202e", "😀"]
)
def test_any_header_survives_as_a_toml_value(text):
    assert tomllib.loads(f"a = {toml_value(text)}") == {"a": text}
    assert tomllib.loads(f"a = {toml_value({'sku': text})}") == {"a": {"sku": text}}
    assert tomllib.loads(f"a = {toml_value([text] * 40)}") == {"a": [text] * 40}
    assert tomllib.loads(comment(text)) == {}
    assert comment(text).isascii()


def test_the_text_says_how_sure_and_why_above_each_key():
    choice = Choice("date", "Day", "likely", "the header says so", '"Ship Day"')
    text = render_toml(Proposal((Path("log.csv"),), {"columns": [choice]}, notes=("Mind.",)), {})
    assert '# likely: the header says so. Runner-up: "Ship Day".\ndate = "Day"\n' in text
    assert "# Mind." in text
