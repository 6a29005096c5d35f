"""Every page, shown by the real app without a browser."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import gosales.ui
from gosales.ui import tables, window
from gosales.ui.app import PAGES

PAGE_NAMES = [Path(path).stem for path in PAGES]


def said(test):
    """All that the page says outside of tables and charts."""
    kinds = (test.title, test.header, test.subheader, test.markdown, test.caption, test.text,
             test.info, test.warning, test.error, test.success, test.code)  # fmt: skip
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_every_page_file_is_in_the_navigation():
    folder = Path(gosales.ui.__file__).parent / "screens"
    assert sorted(PAGE_NAMES) == sorted(p.stem for p in folder.glob("*.py") if p.stem[0] != "_")


def test_streamlit_finds_no_folder_to_take_pages_from():
    assert not (Path(gosales.ui.__file__).parent / "pages").exists()


def test_trust_shows_backtest_certificate_and_drift(visit, workspace):
    told = said(visit(workspace, "trust"))
    assert "ahead of the best simple score at 1 of 2 past cutoffs" in told
    assert "No leak found: 3 passed" in told
    assert "spread otherwise than in training" in told
    assert "90 lines" in told
    assert "a year before 80" in told


@pytest.mark.parametrize("page", PAGE_NAMES)
def test_every_page_shows_without_an_error(visit, workspace, page):
    test = visit(workspace, page)
    assert not test.exception
    assert not test.error
    assert test.title[0].value == PAGES[f"screens/{page}.py"][0]


@pytest.mark.parametrize("page", sorted(set(PAGE_NAMES) - {"guide"}))
def test_an_empty_workspace_says_what_to_do(visit, empty, page):
    test = visit(empty, page)
    assert not test.exception
    assert "gosales demo" in test.info[0].value
    assert "gosales score-all" in test.info[0].value


@pytest.mark.parametrize("page", PAGE_NAMES)
def test_every_page_shows_on_a_phone_too(visit, workspace, phone, page):
    test = visit(workspace, page)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("page", ["overview", "whitespace", "trust"])
def test_a_broken_file_is_a_sentence_and_no_traceback(visit, workspace, board, page):
    board.scores.write_bytes(b"no parquet")
    board.whitespace.write_bytes(b"no parquet")
    test = visit(workspace, page)
    assert not test.exception
    assert "cannot be read" in test.error[0].value


def test_a_workspace_that_is_gone_is_a_sentence(visit, workspace, monkeypatch):
    workspace.published.write_text("{", encoding="utf-8")
    test = visit(workspace, "overview")
    assert not test.exception
    assert "is not JSON" in test.error[0].value


def test_the_overview_says_what_to_do_next(visit, workspace):
    told = said(visit(workspace, "overview"))
    assert "buys from **CAD** within 6 months with a chance of 20\\.0\u00a0\\%" in told


def test_the_overview_shows_the_files_numbers(visit, workspace):
    test = visit(workspace, "overview")
    shown = {metric.label: metric.value for metric in test.metric}
    assert {key: shown[key] for key in list(shown)[:6]} == {
        "Data as of": "2024-12-31",
        "Horizon": "6 months",
        "Customers": "5",
        "Divisions": "2",
        "Money at stake": "26K",
        "Expected in all": "30K",
    }
    assert test.warning[0].value.startswith("Baseline only")
    assert len(test.dataframe[0].value) == 5


def test_many_warnings_do_not_bury_the_page(visit, workspace, board):
    path = board.find("lists", "drift.json")
    many = [f"The scores of *{at}* moved." for at in range(40)]
    path.write_text(json.dumps({"warnings": many}), encoding="utf-8")
    test = visit(workspace, "overview")
    assert [box.value[:6] for box in test.warning] == ["Baseli", "Much h", "Odd \\<"]
    assert "40 warnings are under Can I trust it" in test.warning[1].value
    test = visit(workspace, "trust")
    assert [box.value[:6] for box in test.warning] == ["The sc", "The sc"]
    assert test.expander[0].label == "38 more warnings"
    assert "\n- The scores of \\*39\\* moved\\." in test.expander[0].markdown[0].value


def test_the_whitespace_filters_work_and_come_from_the_address(visit, workspace):
    test = visit(workspace, "whitespace", division="CAD", rep="Ann")
    assert "**1 opportunity** for 1 customer" in said(test)
    assert test.dataframe[0].value["customer_id"].tolist() == ["1042"]
    test.multiselect(key="rep").set_value([]).run()
    assert "**2 opportunities**" in said(test)
    test.toggle(key="but_control").set_value(False).run()
    assert "**3 opportunities**" in said(test)
    test.text_input(key="find").set_value("acme").run()
    assert test.dataframe[0].value["customer_id"].tolist() == ["acme"]
    test.number_input(key="value").set_value(1e6).run()
    assert "Nothing matches" in said(test)
    assert not test.exception


def test_a_misspelt_name_finds_the_nearest_customer(visit, workspace):
    test = visit(workspace, "whitespace", find="acme precission")
    assert "Nobody is called acme precission" in test.info[0].value
    assert "Acme Precision" in test.info[0].value
    assert set(test.dataframe[0].value["customer_id"]) == {"acme"}
    test.text_input(key="find").set_value("no such customer at all").run()
    assert "Nothing matches" in test.info[0].value


def test_the_call_plan_shows_the_published_lists(visit, workspace):
    test = visit(workspace, "plan", rep="Bo")
    assert [metric.value for metric in test.metric] == ["2024-12-31", "5", "3", "4.9K", "1", "1"]
    assert "has no account in the log" in test.warning[0].value
    assert test.dataframe[0].value["customer_id"].tolist() == ["acme"]
    test.selectbox(key="rep").set_value("").run()
    assert test.dataframe[0].value["customer_id"].tolist() == ["1042", "007", "acme"]
    assert not test.exception


def test_a_pitch_is_unfolded_with_all_that_its_row_may_leave_out(visit, workspace):
    told = said(visit(workspace, "plan", rep="Bo"))
    assert "Id acme · rep Bo · branch East · call 1 · whitespace" in told
    assert "**Product to begin with**" in told
    assert "\nPro <b>seat</b>" in told


def test_a_plan_tells_who_calls_and_what_its_control_group_can_show(visit, workspace, board):
    path = board.find("plan", "plan/plan.json")
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["team"] = "2 reps of *mine*.csv"
    facts["experiment"] = {"lift": 0.3, "power": 0.0779, "control_accounts": 1}
    path.write_text(json.dumps(facts), encoding="utf-8")
    told = said(visit(workspace, "plan"))
    assert "Team\\: 2 reps of \\*mine\\*\\.csv\\." in told
    assert "bring 30\u00a0\\% more buyers" in told
    assert "a chance of 8\u00a0\\%" in told


def test_reps_without_use_for_more_time_are_in_no_chart(visit, workspace, board):
    assert "for the others it is less, or nothing" in said(visit(workspace, "plan"))
    path = board.find("plan", "plan/plan.json")
    path.write_text(path.read_text(encoding="utf-8").replace("77.5", "0"), encoding="utf-8")
    assert "Nothing: whatever is worth a pitch has its slot" in said(visit(workspace, "plan"))


def test_a_plan_that_cannot_be_made_is_a_sentence(visit, workspace):
    next(workspace.stars.glob("*.duckdb")).unlink()
    test = visit(workspace, "plan", plan="Try a capacity")
    assert "press Plan. Nothing is published" in said(test)
    test.button[0].click().run()
    assert not test.exception
    assert "does not exist" in test.error[0].value


def test_a_wrong_address_shows_the_whole_list(visit, workspace):
    test = visit(workspace, "whitespace", division="Nowhere", score="abc", level="x", page="99")
    assert not test.exception
    assert "**6 opportunities**" in said(test)


def test_the_ticked_row_shows_its_reasons_in_full_and_as_text(visit, workspace):
    test = visit(workspace, "whitespace", find="1042", division="CAD")
    told = said(test)
    assert "95\u00a0\\% of \\<b\\>alike\\<\\/b\\> customers own it" in told
    assert ":material/remove: it is \\*far\\* away" in told
    assert "Oak\nElm" in told
    assert "<script>" not in told
    assert "\\<script\\>" in told


def test_products_are_a_level_of_their_own(visit, workspace):
    test = visit(workspace, "whitespace", level="Products")
    assert set(test.dataframe[0].value["product_name"]) == {"Pro <b>seat</b>"}
    assert "product_score" in test.dataframe[0].value


@pytest.mark.parametrize(
    ("customer", "title"),
    [
        ("007", "Émile \\& Söhne"),
        ("9", "شركة النور"),
        ("b1", "🏭 Fabrik"),
        ("fabrick", "🏭 Fabrik"),
    ],
)
def test_an_account_opens_from_the_address(visit, workspace, customer, title):
    test = visit(workspace, "account", customer=customer)
    assert not test.exception
    assert test.header[0].value == title
    assert len(test.dataframe[0].value) == 2


def test_hostile_and_endless_names_are_text(visit, workspace):
    test = visit(workspace, "account", customer="1042")
    assert test.header[0].value.startswith("\\<script\\>alert\\(1\\)")
    assert "http:" not in test.header[0].value
    test = visit(workspace, "account", customer="acme")
    assert len(test.header[0].value) <= 120


def test_a_name_in_a_table_turns_no_text_around_and_a_blank_one_is_none(visit, workspace, board):
    table = pd.read_parquet(board.whitespace)
    blank = table["customer_id"] == "b1"
    table.assign(customer_name=table["customer_name"].mask(blank, "  ")).to_parquet(
        board.whitespace, index=False
    )
    names = visit(workspace, "whitespace").dataframe[0].value["customer_name"].tolist()
    assert " شركة النور " in names, "without the marks around it"
    names = visit(workspace, "whitespace", but_control="false", find="b1").dataframe[0]
    assert set(names.value["customer_name"]) == {"b1"}


def test_where_the_log_has_no_names_ids_are_shown_once(visit, workspace, board):
    for path in (board.scores, board.whitespace):
        pd.read_parquet(path).assign(customer_name=None).to_parquet(path, index=False)
    test = visit(workspace, "whitespace")
    assert "customer_id" not in shown_columns(test.dataframe[0])
    assert test.dataframe[0].value["customer_name"].tolist()[0] == "1042"
    told = said(visit(workspace, "account", customer="007"))
    assert "Id 007" not in told
    assert "\nOrders on 3 days" in told


def test_without_a_customer_those_on_top_are_offered(visit, workspace):
    test = visit(workspace, "account")
    links = [link.proto for link in test.get("page_link")]
    assert len(links) == 5
    assert links[0].label.startswith("\\<script\\>alert")
    assert ": CAD" in links[0].label


def test_several_customers_may_be_meant(visit, workspace):
    test = visit(workspace, "account", customer="ma")
    assert not test.exception
    test = visit(workspace, "account", customer="no such customer at all")
    assert "No customer has such a name or id" in said(test)


def test_trust_tells_the_lift_in_a_sentence_and_shows_the_gates(visit, workspace):
    told = said(visit(workspace, "trust"))
    assert "**3.1 times** as many buyers" in told
    assert "reached 2.5" in told
    assert "It passed every limit that the settings ask for (gates)." in told
    assert (
        "Calling the top 10 % of the never-bought list reaches 33 % of its buyers, on the holdout."
        in told
    )


def test_trust_without_a_holdout_says_how_to_make_one(visit, workspace):
    text = workspace.published.read_text(encoding="utf-8")
    for part in ("validation", "backtest", "leak_certificate"):
        text = text.replace(f'"{part}"', f'"no_{part}"')
    workspace.published.write_text(text, encoding="utf-8")
    told = said(visit(workspace, "trust"))
    for command in ("gosales validate", "gosales backtest", "gosales prove"):
        assert command in told


@pytest.mark.parametrize("part", ["leak_certificate", "backtest", "validation", "models"])
def test_what_was_proven_is_shown_before_there_are_lists(visit, workspace, part):
    run = json.loads(workspace.published.read_text(encoding="utf-8"))["parts"][part]
    workspace.published.write_text(
        json.dumps({"run_id": run, "parts": {part: run}}), encoding="utf-8"
    )
    test = visit(workspace, "trust")
    told = said(test)
    assert not test.exception
    assert not test.error
    assert "There is nothing to look at" not in told
    assert SHOWN_ALONE[part] in told
    links = [link.proto.label for link in visit(workspace, "overview").get("page_link")]
    assert links == ["See what was judged and proven"]


SHOWN_ALONE = {
    "leak_certificate": "No leak found: 3 passed",
    "backtest": "Against simple scores, over all past cutoffs",
    "validation": "Frozen at 2024\\-12\\-31",
    "models": "**3.1 times** as many buyers",
}


def test_quality_accounts_for_every_line(visit, workspace):
    test = visit(workspace, "quality")
    assert [metric.value for metric in test.metric][:3] == ["12", "9", "3 (25.0 %)"]
    assert "Mend it" in test.warning[0].value
    test.selectbox(key="reason").set_value("no_sale").run()
    assert test.dataframe[2].value["reason"].tolist() == ["no_sale", "no_sale"]


def test_the_empty_state_loads_the_demo(visit, empty, workspace, monkeypatch):
    from gosales.ui import shell

    monkeypatch.setattr(shell, "make_demo", lambda place: workspace.root)
    test = visit(empty, "overview")
    test.button[0].click().run()
    assert not test.exception
    assert test.metric[0].value == "2024-12-31"
    assert "demo market" in test.info[0].value


def test_a_demo_that_fails_is_a_sentence(visit, empty):
    (empty.root / "demo").write_text("in the way", encoding="utf-8")
    test = visit(empty, "overview")
    test.button[0].click().run()
    assert not test.exception
    assert "could not be made" in test.error[0].value


def test_the_overview_tells_what_changed(visit, workspace):
    test = visit(workspace, "overview")
    shown = {metric.label: metric.value for metric in test.metric}
    assert (shown["New opportunities"], shown["Gone"]) == ("1", "1")


def test_why_scores_changed_is_measured_for_who_asks_and_kept(visit, workspace, monkeypatch):
    from gosales.pipeline import run_diff

    asked = []

    def diff_runs(place, before, after):
        asked.append((before, after))
        return Measured(pd.DataFrame(MEASURED))

    monkeypatch.setattr(run_diff, "diff_runs", diff_runs)
    test = visit(workspace, "overview")
    assert "why" not in shown_columns(test.dataframe[-1])
    test.button[0].click().run()
    assert not test.exception
    assert asked == [("20240701T120000-000aa00", "20250101T120000-000ab12")]
    assert "why" in shown_columns(test.dataframe[-1])
    assert test.dataframe[-1].value["why"].tolist()[0] == "Up 20 points: a new order."
    assert not test.button, "nothing is left to ask"
    visit(workspace, "overview")
    assert len(asked) == 1, "what was measured is kept"


MEASURED = {"customer_id": ["1042"], "division": ["CAD"], "why": ["Up 20 points: a new order."]}


@dataclass(frozen=True)
class Measured:
    """What `gosales runs diff` found, as it would be written."""

    table: pd.DataFrame

    def write(self, folder):
        folder.mkdir(parents=True)
        self.table.to_parquet(folder / "diff.parquet")


def shown_columns(table):
    return list(table.proto.column_order)


def test_every_table_has_its_twin_for_paper(visit, workspace):
    test = visit(workspace, "whitespace", find="1042")
    papers = [html.proto.body for html in test.get("html") if "<table" in html.proto.body]
    assert len(papers) == len(test.dataframe) == 1
    assert papers[0].count("<tr>") == 1 + len(test.dataframe[0].value)
    assert "&lt;script&gt;" in papers[0]
    assert "<script" not in papers[0]


def test_a_phone_gets_cards_that_can_be_ticked(visit, workspace, phone):
    test = visit(workspace, "whitespace", division="CAD", but_control="false")
    assert not test.dataframe, "it would have to be scrolled sideways"
    cards = test.radio(key=next(one.key for one in test.radio if one.key.endswith("-cards")))
    assert cards.options[0].startswith("**1\\. \\<script\\>")
    assert "Division **CAD**" in cards.proto.captions[0]
    assert "Score **20\\.0" in cards.proto.captions[0]
    assert "alike" in cards.proto.captions[0]
    assert "far" not in cards.proto.captions[0], "of the reasons only the first"
    cards.set_value(2).run()
    assert "Fabrik: CAD" in test.subheader[0].value


@pytest.mark.parametrize(
    ("width", "shown", "left_out"),
    [(820, {"expected_value"}, {"reasons", "rep"}), (1120, {"reasons"}, {"rep", "branch"})],
)
def test_a_list_in_a_window_between_has_the_columns_that_fit(
    visit, workspace, monkeypatch, width, shown, left_out
):
    monkeypatch.setattr(window, "width", lambda: width)
    table = visit(workspace, "whitespace").dataframe[0]
    order = list(table.proto.column_order)
    assert shown <= set(order)
    assert not left_out & set(order)
    widths = json.loads(table.proto.columns)
    assert tables.TICK + sum(widths[name]["width"] for name in order) <= window.room()


def test_a_list_without_room_for_what_decides_a_call_is_cards(visit, workspace, monkeypatch):
    monkeypatch.setattr(window, "width", lambda: 680)
    test = visit(workspace, "whitespace", division="CAD", but_control="false")
    assert not test.dataframe
    assert "alike" in next(one for one in test.radio).proto.captions[0]


def test_cards_are_sorted_and_come_in_pages(visit, workspace, phone, monkeypatch):
    monkeypatch.setattr(tables, "FEW_CARDS", 2)
    monkeypatch.setattr(tables, "MOST_TICKED", 2)
    test = visit(workspace, "plan")
    assert names_of(test.radio[0]) == ["<script>", "Émile"]
    test.selectbox(key="pitches--sort").set_value("customer_name").run()
    assert names_of(test.radio[0]) == ["<script>", "Acme"]
    test.radio[0].set_value(1).run()
    assert "Acme" in next(one.value for one in test.subheader if ": CAD" in one.value)


def names_of(cards):
    """The beginning of each card's name."""
    told = (re.sub(r"[*\\\u200b]|\d+\. ", "", one) for one in cards.options)
    return [re.match(r"<script>|\w+", one)[0] for one in told]


def test_on_a_phone_a_table_that_fits_stays_one_without_bars(visit, workspace, phone):
    test = visit(workspace, "account", customer="007")
    products = next(table for table in test.dataframe if "product_score" in table.value)
    columns = json.loads(products.proto.columns)
    assert columns["product_score"]["type_config"] == {"type": "number", "format": "%.1f %%"}
    pages = [html.proto.body for html in test.get("html")]
    assert len([page for page in pages if "<table" in page]) == 1 + len(test.dataframe) + len(
        [page for page in pages if 'class="cards' in page]
    ), "each has its twin for paper, the cards of the scores too"


def test_on_a_phone_filters_are_folded_unless_a_link_brings_some(visit, workspace, phone):
    (filters,) = visit(workspace, "whitespace").expander
    assert (filters.label, filters.proto.expanded) == ("Filters", False)
    (filters,) = visit(workspace, "whitespace", division="CAD").expander
    assert filters.proto.expanded


def test_runs_are_compared(visit, workspace):
    test = visit(workspace, "runs")
    test.selectbox(key="other").set_value("20240701T120000-000aa00").run()
    assert not test.exception
    assert "seed" in test.dataframe[2].value["what"].tolist()
    assert "time.horizon_months" not in test.code[0].value, "settings have a tab of their own"


def test_a_list_that_becomes_another_one_begins_with_its_first_page(visit, workspace, monkeypatch):
    from gosales.ui import views_list

    monkeypatch.setattr(views_list, "PAGE_ROWS", 2)
    test = visit(workspace, "whitespace", page="3", but_control="false")
    assert test.dataframe[0].value["rank"].tolist() == [5, 6], "a link keeps its page"
    test.run()
    assert test.dataframe[0].value["rank"].tolist() == [5, 6], "nothing else was asked for"
    test.multiselect(key="division").set_value(["CAD", "Training"]).run()
    assert test.dataframe[0].value["rank"].tolist() == [1, 2]


def test_runs_show_the_newest_one(visit, workspace):
    test = visit(workspace, "runs")
    assert test.code[0].value.startswith("Run 20250201T120000-000cd34")


def test_a_column_is_as_wide_as_its_texts_within_reason():
    from gosales.ui.tables import width_of

    assert width_of(pd.Series([], dtype=str)) == width_of(pd.Series(["CAD"])) == 95
    assert width_of(pd.Series(["CAD", "x" * 15])) == 129
    assert width_of(pd.Series(["x" * 300])) == 240


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.1, 0.3, "By how far scores were off before, it is 10.0 % to 30.0 %. "),
        (0.2, 0.2, ""),
    ],
)
def test_a_score_says_how_far_it_may_be_off(low, high, told):
    from gosales.ui.parts.list_row import leeway

    cell = {"icp_score_low": low, "icp_score": 0.2, "icp_score_high": high}
    assert leeway(cell) == told


def test_one_division_has_room_for_its_row_below_upright_names():
    from gosales.ui import charts

    names = ["Aerospace and Defense", "Job Shops"]
    table = pd.DataFrame({"segment": names, "division": "CAD", "mean_score": [0.1, 0.2],
                          "expected_value": 1.0})  # fmt: skip
    room = charts.segments(table, narrow=True).to_dict()["height"]
    assert room >= charts.LETTER * len(names[0]) + charts.ROW_HEIGHT


def test_who_falls_into_no_status_is_counted_as_nobody():
    from gosales.ui import charts

    table = pd.DataFrame({"division": ["CAD", "CAD", "CAM"], "customers": [3, 1, 4],
                          "status": ["whitespace", "active", "whitespace"],
                          "share": [0.75, 0.25, 1.0], "mean_score": 0.1, "expected_value": 9.0,
                          })  # fmt: skip
    (rows,) = charts.status_map(table).to_dict()["datasets"].values()
    counts = {(row["division"], row["status"]): row["customers"] for row in rows}
    assert counts == {
        ("CAD", "never bought"): 3, ("CAD", "lapsed"): 0, ("CAD", "active"): 1,
        ("CAM", "never bought"): 4, ("CAM", "lapsed"): 0, ("CAM", "active"): 0,
    }  # fmt: skip


def test_a_dark_page_has_boxes_of_its_own():
    from gosales.ui import charts

    table = pd.DataFrame({"segment": "a", "division": ["CAD"], "mean_score": [0.2],
                          "expected_value": 1.0})  # fmt: skip
    day, night = (
        str(charts.segments(table, colours=colours).to_dict())
        for colours in (charts.DAY, charts.NIGHT)
    )
    assert charts.DAY.high in day
    assert charts.NIGHT.high in night
    assert charts.DAY.high not in night


def test_a_products_score_is_not_taken_for_that_of_its_division():
    from gosales.ui.parts.list_row import told

    cell = {"icp_score": 0.9, "icp_score_low": 0.9, "icp_score_high": 0.9, "icp_grade": "A",
            "icp_percentile": 99.0, "value_if_bought": 8500.0, "model": "own"}  # fmt: skip
    assert told(cell).startswith("Score 90.0 %, grade A: higher than that of 99 %")
    assert told(cell, 0.5).startswith("This product: 50.0 %. The division: score 90.0 %, grade A:")


@pytest.mark.parametrize(
    ("width", "divisions", "narrow"),
    [(1280, 33, False), (820, 12, False), (820, 33, True), (390, 2, True)],
)
def test_a_map_gets_a_row_per_division_where_columns_have_no_room(
    monkeypatch, width, divisions, narrow
):
    from gosales.ui import window
    from gosales.ui.parts import market

    monkeypatch.setattr(window, "width", lambda: width)
    names = pd.DataFrame({"division": [f"D{at}" for at in range(divisions)]})
    assert market._narrow(names) is narrow


def test_scores_over_time_have_a_row_per_division_and_a_column_per_scoring():
    from gosales.ui import charts

    divisions = [f"Division {at}" for at in range(30)]
    table = pd.DataFrame({"scoring": "2024-12-31", "division": divisions, "icp_score": 0.1})
    chart = charts.over_runs(table).to_dict()
    assert chart["height"] > len(divisions) * charts.ROW_HEIGHT
    for layer in chart["layer"]:
        encoded = layer["encoding"]
        assert (encoded["x"]["field"], encoded["y"]["field"]) == ("segment", "division")
        assert encoded["x"]["axis"]["labelAngle"] == -90
    wide = charts.over_runs(table, room=1120).to_dict()
    assert {one["encoding"]["x"]["axis"]["labelAngle"] for one in wide["layer"]} == {0}
    assert wide["height"] < chart["height"], "names that lie flat need less room"


@pytest.mark.parametrize("kinds", [["sale"], ["sale", "return"]])
def test_a_timeline_has_a_legend_only_where_something_came_back(kinds):
    from gosales.ui import charts

    table = pd.DataFrame({"month": pd.Timestamp("2024-01-01"), "division": "CAD",
                          "line_type": kinds, "lines": 1, "value": 9.0})  # fmt: skip
    legend = charts.timeline(table).to_dict()["encoding"]["color"]["legend"]
    assert (legend is None) == (kinds == ["sale"])
