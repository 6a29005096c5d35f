"""Models on disk: the same scores, nothing that runs, and a refusal of what was altered."""

import gzip
import hashlib
import json
from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest

from gosales.core.errors import ModelError
from gosales.models.division_model import BASELINE, Shared
from gosales.models.model_store import load_model, load_models, save_models
from gosales.models.model_text import FORMAT, digest
from gosales.models.money_model import MoneyModel
from gosales.models.recipe import WHITESPACE
from gosales.models.ridge_logistic import RidgeLogistic
from gosales.models.sku_model import BLEND, SEGMENT, SkuModel

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow.*")


@pytest.fixture
def folder(tmp_path, make_model):
    """Two divisions, CAD and CPE, saved."""
    save_models([make_model("CAD"), make_model("CPE", BASELINE)], tmp_path)
    return tmp_path


def data_of(folder, slug="cad"):
    return folder / f"{slug}_model" / "data" / "division_model"


def rewrite(folder, change):
    """Put `change(content)` in the place of the content of CAD's model.json."""
    path = data_of(folder) / "model.json"
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")


def alike(a, b, training):
    args = training.values, training.owned
    money = zip(astuple(a.money(training.values)), astuple(b.money(training.values)), strict=True)
    return np.array_equal(a.score(*args), b.score(*args)) and all(
        np.array_equal(one, other) for one, other in money
    )


def bare_money(money):
    """A money model whose parts had too few rows."""
    value = replace(money.value, trees=None, linear=(None, None))
    return MoneyModel(
        value, *(replace(q, trees=None) for q in (money.low, money.high, money.wallet))
    )


def test_what_is_read_back_scores_identically(folder, make_model, training):
    cad, cpe = load_models(folder)
    assert alike(cad, make_model("CAD"), training)
    assert alike(cpe, make_model("CPE", BASELINE), training)
    assert (cad.division, cad.never.kind, cad.products) == ("CAD", "own", make_model().products)
    assert (cad.card, cad.never, cad.held) == (
        make_model().card,
        make_model().never,
        make_model().held,
    )
    assert cad.shared is cpe.shared


RIDGE = RidgeLogistic(np.array([0.0, 1.0]), np.array([2.0, np.inf]), np.array([0.5, 0.0, -3.0]))


@pytest.mark.parametrize("products", [SkuModel(SEGMENT), SkuModel(BLEND, RIDGE)])
def test_what_ranks_the_products_is_read_back(tmp_path, make_model, products):
    model = make_model("CAD")
    save_models([replace(model, shared=replace(model.shared, products=products))], tmp_path)
    (back,) = load_models(tmp_path)
    found = back.shared.products
    assert found.kind == products.kind
    x = np.array([[1.0, 7.0], [2.0, 8.0]], np.float32)
    if products.model is not None:
        assert found.model.logit(x).tolist() == products.model.logit(x).tolist()


@pytest.mark.parametrize("kind", ["something else", BLEND])
def test_an_unknown_product_model_is_refused(folder, kind):
    def change(content):
        shared = content["shared"] | {"products": {"kind": kind, "model": None}}
        digest = hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()
        return content | {"shared": shared, "shared_hash": digest}

    rewrite(folder, change)
    with pytest.raises(ModelError, match="no product model"):
        load_model(data_of(folder))


@pytest.mark.parametrize("missing", ["linear", "whitespace trees", "money", "everything"])
def test_parts_that_could_not_be_fitted_stay_away(tmp_path, shared, make_model, training, missing):
    ensemble = shared.ensemble
    fewer = {name: t for name, t in ensemble.trees.items() if name != WHITESPACE}
    parts = {
        "linear": replace(shared, ensemble=replace(ensemble, linear=None)),
        "whitespace trees": replace(shared, ensemble=replace(ensemble, trees=fewer)),
        "money": replace(shared, money=bare_money(shared.money)),
        "everything": Shared(shared.names, None, {}, bare_money(shared.money)),
    }[missing]
    model = make_model(parts=parts)
    save_models([model], tmp_path)
    assert alike(load_models(tmp_path)[0], model, training)


def test_mlflow_reads_the_folder_and_predicts_the_same(folder, make_model, training):
    from mlflow.pyfunc import load_model as mlflow_load

    frame = pd.DataFrame(training.values[:50], columns=training.names, index=range(100, 150))
    frame = frame[frame.columns[::-1]].assign(customer="somebody")
    found = mlflow_load(str(folder / "cad_model")).predict(frame)
    expected = make_model("CAD").score(training.values[:50], training.owned[:50])
    assert np.array_equal(found["icp_score"], expected)
    assert found.index.tolist() == frame.index.tolist()


def test_the_folder_holds_text_and_nothing_that_runs(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {"", ".yaml", ".txt", ".json", ".gz"}
    for path in files:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        assert text.decode("utf-8").isprintable() or b"\x00" not in text
    assert not list(folder.glob("division_model"))


def test_saving_twice_gives_the_same_data(tmp_path, make_model):
    for name in ("one", "two"):
        save_models([make_model()], tmp_path / name)
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in sorted(data_of(tmp_path / name).rglob("*.*"))
        }
        for name in ("one", "two")
    )
    assert one == two
    assert len(one) == 8


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda d: (d / "trees" / "general.txt.gz").unlink(), id="trees missing"),
        pytest.param(lambda d: (d / "model.json").unlink(), id="model.json missing"),
        pytest.param(lambda d: (d / "model.json").write_text("{", "utf-8"), id="not JSON"),
        pytest.param(lambda d: (d / "model.json").write_text("[]", "utf-8"), id="no object"),
        pytest.param(lambda d: (d / "model.json").write_bytes(b"\xff\xfe{"), id="not UTF-8"),
        pytest.param(lambda d: (d / "model.json").write_text("{}", "utf-8"), id="empty"),
        pytest.param(
            lambda d: (d / "trees" / "general.txt.gz").write_bytes(
                gzip.compress(b"tree\nversion=v4\n")
            ),
            id="other trees",
        ),
        pytest.param(
            lambda d: (d / "trees" / "general.txt.gz").write_bytes(
                (d / "trees" / "general.txt.gz").read_bytes()[:-9]
            ),
            id="trees cut short",
        ),
    ],
)
def test_a_harmed_model_is_refused_with_a_remedy(folder, harm):
    harm(data_of(folder))
    with pytest.raises(ModelError) as caught:
        load_models(folder)
    assert "cad_model" in caught.value.problem
    assert "gosales train" in caught.value.remedy


def shared_with(**changes):
    return lambda content: content | {"shared": content["shared"] | changes}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: c | {"format": 1}, id="another format"),
        pytest.param(lambda c: c | {"format": "2"}, id="format as text"),
        pytest.param(lambda c: {k: v for k, v in c.items() if k != "format"}, id="no format"),
        pytest.param(lambda c: {k: v for k, v in c.items() if k != "never"}, id="no calibration"),
        pytest.param(lambda c: c | {"never": {"slope": 1, "power": 2}}, id="unknown key"),
        pytest.param(lambda c: c | {"shared": None}, id="nothing shared"),
        pytest.param(shared_with(trees={"../../cpe_model/MLmodel": ""}), id="path in a name"),
    ],
)
def test_a_rewritten_model_is_refused_with_a_remedy(folder, change):
    rewrite(folder, change)
    with pytest.raises(ModelError) as caught:
        load_models(folder)
    assert "gosales train" in caught.value.remedy


def test_another_format_is_named(folder):
    rewrite(folder, lambda c: c | {"format": FORMAT + 1})
    with pytest.raises(ModelError, match=f"format {FORMAT + 1}, not {FORMAT}"):
        load_model(data_of(folder))


@pytest.mark.parametrize(
    ("trained", "now", "fits"),
    [("0.1.0", "0.1.9", True), ("0.1.0", "0.2.0", False), ("1.4", "1.9.1", True),
     ("1.9.1", "2.0", False), ("0.9", "1.0", False)],
)  # fmt: skip
def test_models_of_another_generation_are_refused(folder, monkeypatch, trained, now, fits):
    rewrite(folder, lambda c: c | {"versions": c["versions"] | {"gosales-engine": trained}})
    monkeypatch.setattr("gosales.__version__", now)
    if fits:
        assert load_model(data_of(folder)).division == "CAD"
        return
    with pytest.raises(ModelError) as caught:
        load_model(data_of(folder))
    assert f"by gosales-engine {trained}, and this is {now}" in caught.value.problem
    assert "gosales train" in caught.value.remedy


def test_trees_of_another_generation_are_refused(folder):
    rewrite(folder, lambda c: c | {"versions": c["versions"] | {"lightgbm": "99.1"}})
    with pytest.raises(ModelError, match=r"trained by lightgbm 99\.1"):
        load_model(data_of(folder))


def test_a_list_of_trees_is_refused(folder):
    rewrite(folder, shared_with(trees=[]))
    with pytest.raises(ModelError):
        load_model(data_of(folder))


def test_altered_weights_are_refused(folder):
    rewrite(folder, shared_with(rate=0.99))
    with pytest.raises(ModelError):
        load_model(data_of(folder))


def test_altered_trees_are_refused_in_every_folder(folder):
    (data_of(folder, "cpe") / "trees" / "general.txt.gz").write_bytes(gzip.compress(b"other"))
    with pytest.raises(ModelError):
        load_models(folder)


def test_trees_outside_of_the_folder_are_not_read_though_their_hash_is_right(folder):
    packed = (data_of(folder) / "trees" / "general.txt.gz").read_bytes()
    (folder / "mine.txt.gz").write_bytes(packed)
    outside = {"../../../../mine": hashlib.sha256(packed).hexdigest()}
    assert (data_of(folder) / "trees" / "../../../../mine.txt.gz").exists()
    rewrite(folder, shared_with(trees=outside))
    rewrite(folder, lambda content: content | {"shared_hash": digest(content["shared"])})
    with pytest.raises(ModelError, match="is no tree file"):
        load_model(data_of(folder))


def test_nonsense_with_a_forged_hash_is_refused(folder):
    packed = gzip.compress(b"import os; os.system('true')")
    (data_of(folder) / "trees" / "general.txt.gz").write_bytes(packed)
    forged = hashlib.sha256(packed).hexdigest()
    rewrite(folder, lambda c: c | {"shared": c["shared"] | {"trees": {"general": forged}}})
    with pytest.raises(ModelError):
        load_model(data_of(folder))


@pytest.mark.parametrize(
    "names",
    [
        ["Success Plan", "success-plan", "SUCCESS  PLAN"],
        ["Söhne & Töchter", "日本", "🚜", "日本語"],
        ["../../etc", "a/b", "con", "'; DROP TABLE x; --"],
        ["x" * 300, "x" * 300 + "y"],
        [" ", "0", "None"],
        ["Division", "division", "division model"],
    ],
    ids=["collisions", "letters", "paths", "long", "blank", "the store's own words"],
)
def test_odd_division_names(tmp_path, make_model, names):
    paths = save_models([make_model(name) for name in names], tmp_path)
    assert len(set(paths)) == len(names)
    assert all(path.parent == tmp_path for path in paths)
    assert [model.division for model in load_models(tmp_path)] == sorted(names)
