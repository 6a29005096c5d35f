"""From a small market to both lists: what each row must be, whatever the model thinks."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gosales.config import Config
from gosales.core.columns import Scores, Status, Whitespace
from gosales.core.concepts import CONCEPTS
from gosales.core.errors import ConfigError, ModelError
from gosales.core.settings import DivisionSettings, WhitespaceSettings
from gosales.pipeline import reasons, sku_lists
from gosales.pipeline import score_customers as score_module
from gosales.pipeline.faithful import faithful, faithfulness
from gosales.pipeline.products import owned_skus
from gosales.pipeline.reasons import Reasoner
from gosales.pipeline.score_customers import _lookalikes, models_by_division, score_customers
from gosales.pipeline.sku_lists import PER_CELL, market_customers
from gosales.whitespace import ranking
from tests.unit.pipeline.conftest import DIVISIONS

W = Whitespace


@pytest.fixture(scope="module")
def lists(engine, models):
    return score_customers(engine, models, Config(), "r1")


@pytest.fixture(scope="module")
def owned(engine):
    rows = owned_skus(engine.history).to_pandas()
    return set(rows.itertuples(index=False, name=None))


def cells(rows):
    return list(zip(rows[Scores.CUSTOMER], rows[Scores.DIVISION], strict=True))


def test_every_customer_and_division_is_scored_once_in_order(lists, engine):
    customers = engine.ledger.customers.tolist()
    assert cells(lists.scores) == [(c, d) for c in customers for d in DIVISIONS]
    assert tuple(lists.scores) == Scores.ORDER
    assert lists.scores[Scores.SCORE].between(0, 1, inclusive="neither").all()
    assert (lists.scores[Scores.VALUE] >= 0).all()


def test_money_columns_are_finite_ordered_and_after_the_run(lists, engine):
    money = lists.scores[list(Scores.MONEY)]
    assert list(lists.scores)[12:18] == [Scores.RUN, *Scores.MONEY]
    assert np.isfinite(money.to_numpy(float)).all()
    assert (money.to_numpy(float) >= 0).all()
    assert (money[Scores.IF_BOUGHT_LOW] <= money[Scores.IF_BOUGHT]).all()
    assert (money[Scores.IF_BOUGHT] <= money[Scores.IF_BOUGHT_HIGH]).all()
    assert (money[Scores.ROOM] <= money[Scores.WALLET]).all()
    never = lists.scores[Scores.STATUS] == Status.WHITESPACE
    assert (money[Scores.ROOM] == money[Scores.WALLET])[never].all()
    assert (money[Scores.ROOM] < money[Scores.WALLET])[~never].any()


def test_every_score_lies_within_its_interval(lists):
    low, score, high = (lists.scores[c] for c in (Scores.LOW, Scores.SCORE, Scores.HIGH))
    assert ((low <= score + 1e-6) & (score <= high + 1e-6)).all()
    assert low.between(0, 1).all()
    assert high.between(0, 1).all()


def test_names_are_known_or_empty(lists):
    names = lists.scores.set_index(Scores.CUSTOMER)[Scores.NAME]
    assert names["002"].iloc[0] == "Customer 2"
    assert names["003"].iloc[0] == ""


def test_whitespace_is_every_never_bought_cell_once(lists, owned):
    rows = lists.whitespace[lists.whitespace[W.LEVEL] == "division"]
    bought = {(customer, division) for customer, division, _ in owned}
    never = [cell for cell in cells(lists.scores) if cell not in bought]
    assert sorted(cells(rows)) == sorted(never)
    status = lists.scores[Scores.STATUS] == Status.WHITESPACE
    assert cells(lists.scores[status]) == never


def test_product_rows_are_few_and_never_owned(lists, owned):
    rows = lists.whitespace[lists.whitespace[W.LEVEL] == "product"]
    keys = list(zip(rows[W.CUSTOMER], rows[W.DIVISION], rows[W.SKU], strict=True))
    assert len(set(keys)) == len(keys) > 0
    assert not owned & set(keys)
    assert pd.Series(cells(rows)).value_counts().max() <= PER_CELL
    held = {cell for cell in cells(rows) if cell in {key[:2] for key in owned}}
    assert held, "owned divisions have never-bought products too"


def test_products_of_listed_accounts_come_from_a_draw_of_many_customers(
    engine, models, lists, owned, monkeypatch
):
    """Whose own products are all known; with everybody drawn the rows are the same."""
    monkeypatch.setattr(ranking, "PER_LIST", 3)
    config = Config(whitespace=WhitespaceSettings(listed_rows=5))
    asked = []
    monkeypatch.setattr(
        score_module,
        "market_customers",
        lambda *told: asked.append(market_customers(*told)) or asked[-1],
    )
    whole = score_customers(engine, models, config, "r1").whitespace
    monkeypatch.setattr(sku_lists, "MOST_KNOWN", 20)
    drawn = score_customers(engine, models, config, "r1").whitespace
    everybody, some = (len(rows) for rows in asked)
    assert 20 < some < everybody == len(engine.ledger.customers)
    products = [rows[rows[W.LEVEL] == "product"] for rows in (whole, drawn)]
    assert set(cells(products[0])) == set(cells(products[1]))
    keys = products[1][[W.CUSTOMER, W.DIVISION, W.SKU]].itertuples(index=False, name=None)
    assert not owned & set(keys)
    texts = products[1][W.REASONS].str.split("; ").str[0]
    assert texts.str.contains("bought this product").mean() > 0.9


def test_a_product_row_begins_with_what_speaks_for_the_product(lists, engine, owned):
    products = lists.whitespace[lists.whitespace[W.LEVEL] == "product"]
    of_cell = lists.scores.set_index([Scores.CUSTOMER, Scores.DIVISION])[Scores.REASONS]
    told = [text.split("; ") for text in products[W.REASONS]]
    first = pd.Series([sentences[0] for sentences in told])
    about = first.str.contains("bought this product")
    assert about.mean() > 0.9
    assert first.str.contains("such customers").any()
    for sentences, cell in zip(told, of_cell.loc[cells(products)], strict=True):
        good = [text for text in sentences if not text.startswith("But: ")]
        assert len(good) <= 3
        assert set(sentences[1:]) <= set(cell.split("; "))
        assert "Nothing about" not in " ".join(sentences[1:])
    for (customer, _), sentence in zip(cells(products), first, strict=True):
        if "such customers bought this" in sentence:
            named = sentence.removeprefix("Bought ").split(":")[0]
            assert named in {sku for who, _, sku in owned if who == customer}


def test_each_level_is_ranked_from_one_best_first(lists):
    for level, by in (("division", W.SCORE), ("product", W.PRODUCT_SCORE)):
        rows = lists.whitespace[lists.whitespace[W.LEVEL] == level]
        assert rows[W.RANK].tolist() == list(range(1, len(rows) + 1))
        assert rows[by].is_monotonic_decreasing


def test_both_lists_say_the_same_of_a_cell(lists):
    scores = lists.scores.set_index([Scores.CUSTOMER, Scores.DIVISION])
    rows = lists.whitespace[lists.whitespace[W.LEVEL] == "division"]
    beside = scores.loc[cells(rows)]
    for column in (W.SCORE, W.VALUE, W.REASONS):
        assert beside[column].tolist() == rows[column].tolist()


def test_expected_value_is_score_times_money(lists, engine, models):
    frame = engine.at(0).rows(np.array([0], np.int32), np.array([1], np.int32))
    model = next(m for m in models if m.division == "CPE")
    score = model.score(frame.values, frame.owned)[0]
    row = lists.scores.iloc[1]
    assert row[Scores.SCORE] == round(score, 6)
    assert row[Scores.VALUE] == round(score * model.expect(frame.values)[0] / 100, 2)


def test_listed_rows_have_reasons_and_lookalikes_and_no_feature_names(lists):
    rows = lists.whitespace
    texts = " ".join(rows[W.REASONS])
    assert (rows[W.REASONS] != "").mean() > 0.9
    assert "__" not in texts
    assert "nan" not in texts
    assert (rows[W.LOOKALIKES] != "").any()
    assert not rows[W.LOOKALIKES].str.contains("nan|None").any()


def test_only_listed_rows_have_reasons(engine, models, monkeypatch):
    monkeypatch.setattr(ranking, "PER_LIST", 3)
    config = Config(whitespace=WhitespaceSettings(listed_rows=5))
    rows = score_customers(engine, models, config, "r1").whitespace
    divisions = rows[rows[W.LEVEL] == "division"]
    told = divisions[W.REASONS] != ""
    assert told.tolist() == ranking.listed(divisions, config.whitespace).tolist()
    assert 5 < told.sum() < len(divisions)


def test_what_was_bought_long_ago_may_be_sold_again(engine, models, lists):
    config = Config(divisions=DivisionSettings(rebuy_after_months={"CAD": 12}))
    found = score_customers(engine, models, config, "r1").whitespace
    more = set(cells(found[found[W.LEVEL] == "division"])) - set(cells(lists.whitespace))
    again = lists.scores[Scores.STATUS] == Status.LAPSED
    lapsed = {cell for cell in cells(lists.scores[again]) if cell[1] == "CAD"}
    before = lists.whitespace[lists.whitespace[W.LEVEL] == "division"]
    assert set(cells(found[found[W.LEVEL] == "division"])) - set(cells(before)) == lapsed
    assert more <= lapsed


def with_statuses(engine, make_star, *statuses):
    """The same engine, with these lines in cells.csv."""
    tables = replace(engine.history.tables, statuses=make_star(statuses=statuses).tables.statuses)
    history = replace(engine.history, tables=tables)
    return SimpleNamespace(**{**vars(engine), "history": history})


@pytest.mark.parametrize(
    ("status", "skip", "stays"),
    [
        ("do_not_pitch", (), False),
        ("competitor", ("competitor",), False),
        ("competitor", (), True),
        ("does_itself", ("does_itself", "competitor"), False),
        ("open_opportunity", ("competitor", "does_itself"), True),
        ("open_opportunity", ("open_opportunity",), False),
    ],
)
def test_a_status_keeps_a_row_out_or_marks_it(
    engine, models, lists, make_star, status, skip, stays
):
    """One never-bought and one owned cell get the status; all else stays as it was."""
    level = lists.whitespace[W.LEVEL] == "division"
    never = cells(lists.whitespace[level])[0]
    products = cells(lists.whitespace[~level])
    held = next(cell for cell in products if cell not in set(cells(lists.whitespace[level])))
    marked = with_statuses(engine, make_star, *((*cell, None, status) for cell in (never, held)))
    config = Config(whitespace=WhitespaceSettings(skip_statuses=skip))
    found = score_customers(marked, models, config, "r1")
    said = dict(zip(cells(found.scores), found.scores[Scores.CELL_STATUS], strict=True))
    assert {cell for cell, text in said.items() if text == status} == {never, held}
    assert set(said.values()) == {"", status}
    columns = [name for name in Scores.ORDER if name not in (Scores.CELL_STATUS, Scores.REASONS)]
    pd.testing.assert_frame_equal(found.scores[columns], lists.scores[columns])
    rows = found.whitespace
    mine = rows[[cell in {never, held} for cell in cells(rows)]]
    assert set(cells(mine)) == ({never, held} if stays else set())
    assert set(mine[W.CELL_STATUS]) == ({status} if stays else set())
    others = set(cells(lists.whitespace)) - {never, held}
    assert others <= set(cells(rows))
    for name in ("division", "product"):
        of_level = rows[rows[W.LEVEL] == name]
        assert of_level[W.RANK].tolist() == list(range(1, len(of_level) + 1))


def test_a_status_of_a_sku_keeps_out_that_sku_alone(engine, models, lists, make_star):
    products = lists.whitespace[lists.whitespace[W.LEVEL] == "product"]
    crowded = products.groupby([W.CUSTOMER, W.DIVISION]).filter(lambda rows: len(rows) >= 2)
    cell = cells(crowded)[0]
    before = products[[c == cell for c in cells(products)]][W.SKU].tolist()
    statuses = ((*cell, before[0], "do_not_pitch"), (*cell, before[1], "open_opportunity"))
    found = score_customers(with_statuses(engine, make_star, *statuses), models, Config(), "r1")
    rows = found.whitespace[[c == cell for c in cells(found.whitespace)]]
    now = rows[rows[W.LEVEL] == "product"].set_index(W.SKU)[W.CELL_STATUS]
    assert before[0] not in now
    assert now[before[1]] == "open_opportunity"
    assert set(now.drop(before[1])) <= {""}
    assert set(found.scores[Scores.CELL_STATUS]) == {""}
    level = lists.whitespace[W.LEVEL] == "division"
    again = found.whitespace[found.whitespace[W.LEVEL] == "division"]
    assert cells(again) == cells(lists.whitespace[level])


def test_a_status_that_does_not_hold_on_the_cutoff_changes_nothing(
    engine, models, lists, make_star
):
    cell = cells(lists.whitespace)[0]
    past = (*cell, None, "do_not_pitch", "2024-01-01", "2024-12-30")
    again = score_customers(with_statuses(engine, make_star, past), models, Config(), "r1")
    pd.testing.assert_frame_equal(again.whitespace, lists.whitespace)


def test_scoring_twice_gives_the_same_lists(engine, models, lists):
    again = score_customers(engine, models, Config(), "r1")
    pd.testing.assert_frame_equal(again.scores, lists.scores)
    pd.testing.assert_frame_equal(again.whitespace, lists.whitespace)


def test_one_division_alone(engine, models, lists):
    one = score_customers(engine, models[:1], Config(), "r1")
    expected = lists.scores[lists.scores[Scores.DIVISION] == "CAD"]
    assert one.scores[Scores.SCORE].tolist() == expected[Scores.SCORE].tolist()
    assert set(one.whitespace[W.DIVISION]) == {"CAD"}


def test_nothing_to_score_with(engine):
    with pytest.raises(ModelError, match="no model"):
        score_customers(engine, [], Config(), "r1")


def trained_on(models, **card):
    """The models, the last one with another card."""
    return [*models[:-1], replace(models[-1], card=models[-1].card | card)]


@pytest.mark.parametrize(
    ("known", "told"),
    [(["CAD", "CPE"], "(new: PLM)"), (["CAD", "CPE", "PDM", "PLM"], "(gone: PDM)"),
     (["CAD", "CPE", "PDM"], "(new: PLM; gone: PDM)")],
)  # fmt: skip
def test_models_of_another_division_set_are_refused(engine, models, known, told):
    with pytest.raises(ModelError) as caught:
        score_customers(engine, trained_on(models, known_divisions=known), Config(), "r1")
    assert told in caught.value.problem
    assert "gosales train" in caught.value.remedy


def test_a_division_that_came_later_is_no_hindrance_in_the_past(engine, models):
    later = trained_on(models, known_divisions=[*DIVISIONS, "PDM"], history_end="2025-01-01")
    assert len(models_by_division(later, engine.at(0))) == len(DIVISIONS)


def test_models_of_other_features_are_refused(engine, models):
    other = replace(models[-1].shared, names=models[-1].shared.names[::-1])
    with pytest.raises(ModelError) as caught:
        score_customers(engine, [*models[:-1], replace(models[-1], shared=other)], Config(), "r1")
    assert "'PLM'" in caught.value.problem
    assert "gosales train" in caught.value.remedy


# --- The reasons ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reasoner(engine, models):
    return Reasoner(engine.at(0), {model.division: model for model in models})


@pytest.fixture(scope="module")
def told(reasoner):
    n, d = reasoner.cells.panel.shape
    customer, division = np.divmod(np.arange(n * d, dtype=np.int32), np.int32(d))
    return reasoner.explain(customer, division)


def test_parts_add_up_to_the_log_odds_of_each_rows_score(reasoner, told, lists):
    chance = 1 / (1 + np.exp(-told.parts.margin))
    np.testing.assert_allclose(chance, lists.scores[Scores.SCORE], atol=1e-5)
    rows = lists.reasons
    concepts = rows[[str(concept) for concept in CONCEPTS]].to_numpy(float)
    margin = rows["usual"] + concepts.sum(1)
    score = lists.scores.set_index([Scores.CUSTOMER, Scores.DIVISION])[Scores.SCORE]
    np.testing.assert_allclose(1 / (1 + np.exp(-margin)), score.loc[cells(rows)], atol=1e-3)


def test_reasons_survive_the_test_and_a_row_says_few(reasoner, told):
    assert len(told.said) > 30
    assert np.mean(faithful(reasoner, told, told.said)) >= 0.95
    figures = faithfulness(reasoner, told)
    assert figures["reasons_tested"] == len(told.said)
    assert figures["faithful_share"] >= 0.95
    for way, most in ((1, 3), (-1, 1)):
        counts = pd.Series([one.row for one in told.said if one.way == way]).value_counts()
        assert counts.max() <= most
    for row, text in enumerate(told.texts):
        said = [one for one in told.said if one.row == row]
        against = [part for part in text.split("; ") if part.startswith("But: ")]
        assert len(against) == sum(one.way < 0 for one in said)
        assert "__" not in text


def test_that_nobody_orders_a_division_any_more_is_told_and_claims_nothing(
    reasoner, told, monkeypatch
):
    assert {claim.way for claim in told.said if claim.row < 60} == {1, -1}
    monkeypatch.setattr(reasons, "faded", lambda *_: "Nobody has ordered it")
    found = reasoner.explain(told.frame.customer[:60], told.frame.division[:60])
    assert [text.split("But: ")[1:] for text in found.texts] == [["Nobody has ordered it"]] * 60
    assert {claim.way for claim in found.said} == {1}


@pytest.mark.parametrize(("doubted", "months"), [(0.0, 6), (1.1, 1)])
def test_a_division_that_is_hardly_sold_any_more_is_told_before_half_a_year(
    reasoner, told, monkeypatch, doubted, months
):
    """Each of these divisions is still sold with a chance of 1."""
    monkeypatch.setattr(reasons, "DOUBTED", doubted)
    monkeypatch.setattr(reasons, "faded", lambda _, least: f"Nobody for {least} months")
    found = reasoner.explain(told.frame.customer[:9], told.frame.division[:9])
    assert all(text.endswith(f"But: Nobody for {months} months") for text in found.texts)


def test_reasons_of_other_rows_do_not_survive_it(reasoner, told):
    """The test's own test: claims that are dealt out at random come out false."""
    rng = np.random.default_rng(1)
    rows = rng.permutation([one.row for one in told.said]).tolist()
    dealt = [replace(one, row=row) for one, row in zip(told.said, rows, strict=True)]
    assert np.mean(faithful(reasoner, told, dealt)) < 0.9
    turned = [replace(one, way=-one.way) for one in told.said]
    assert np.mean(faithful(reasoner, told, turned)) <= 0.05


def test_one_row_is_explained_as_among_all(reasoner, told):
    for row in (0, 7, 100):
        one = reasoner.explain(told.frame.customer[[row]], told.frame.division[[row]])
        assert one.texts == [told.texts[row]]


# --- Leftover divisions ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def without_cad(engine, models):
    config = Config(divisions=DivisionSettings(leftover=("CAD",)))
    return score_customers(engine, models, config, "r1")


def level_of(lists, level):
    return lists.whitespace[lists.whitespace[W.LEVEL] == level]


def test_a_leftover_division_is_scored_and_never_pitched(without_cad, lists):
    columns = [name for name in Scores.ORDER if name != Scores.REASONS]
    pd.testing.assert_frame_equal(without_cad.scores[columns], lists.scores[columns])
    rows, before = level_of(without_cad, "division"), level_of(lists, "division")
    assert cells(rows) == [cell for cell in cells(before) if cell[1] != "CAD"]
    assert len(rows) < len(before)
    assert rows[W.RANK].tolist() == list(range(1, len(rows) + 1))


def test_the_products_of_a_leftover_division_stay(without_cad, lists):
    columns = [W.RANK, W.CUSTOMER, W.DIVISION, W.SKU, W.PRODUCT_SCORE, W.VALUE]
    found, before = (level_of(one, "product")[columns] for one in (without_cad, lists))
    assert found.to_numpy(object).tolist() == before.to_numpy(object).tolist()
    never = set(cells(level_of(lists, "division")))
    assert {cell in never for cell in cells(found) if cell[1] == "CAD"} == {True, False}


def test_no_sentence_names_a_leftover_division(without_cad, lists):
    named = re.compile(r"\bCAD(?!-\d)")
    for rows in (without_cad.whitespace, without_cad.scores):
        assert not rows[W.REASONS].str.contains(named).any()
    assert lists.whitespace[W.REASONS].str.contains(named).any()


def test_a_leftover_division_that_is_none_is_an_error(engine, models):
    config = Config(divisions=DivisionSettings(leftover=("CAD", "OTHER")))
    with pytest.raises(ConfigError, match="'OTHER', which is no division") as caught:
        score_customers(engine, models, config, "r1")
    assert "CAD, CPE, PLM" in caught.value.remedy


def test_no_account_of_the_same_name_is_a_look_alike(engine, lists):
    """Branches of one customer have ids of their own and share its name."""
    cells = engine.at(0)
    even = cells.spine.customers.astype(int) % 2 == 0
    names = np.where(even, "Even Inc.", "Odd Inc.").astype(object)
    places = np.nonzero(~cells.spine.owned)
    found = _lookalikes(cells, places, names)
    told = set(zip(names[places[0]], found, strict=True))
    others = {("Even Inc.", "Odd Inc."), ("Odd Inc.", "Even Inc.")}
    assert others <= told <= others | {("Even Inc.", ""), ("Odd Inc.", "")}
