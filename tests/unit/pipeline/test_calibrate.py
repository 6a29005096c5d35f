"""Which maps and intervals the sides get."""

import numpy as np
import pytest

from gosales.models.calibration import UNTRIED, Calibration, logit
from gosales.models.division_model import BASELINE, OWN, POOLED, Side
from gosales.pipeline.calibrate import Calibrations, bands
from gosales.pipeline.gate import MODEL
from tests.unit.pipeline.test_gate import NAMES, proof_of


def off_by(shift):
    """A proof whose model says less than what happens, by `shift` on the log odds."""
    proof = proof_of()
    proof.score[MODEL] = Calibration(1.0, shift)(logit(proof.score[MODEL]))
    return proof


def test_without_an_older_window_nothing_is_tried():
    calibrations = Calibrations(None, proof_of())
    assert calibrations.of(MODEL, owned=False) is UNTRIED
    assert calibrations.side(Side(OWN, "recency"), owned=False).calibration == Calibration()


def test_a_lasting_error_of_the_model_is_mended_for_the_sides_that_ship_it():
    calibrations = Calibrations(off_by(-1.5), off_by(-1.5))
    model = calibrations.side(Side(POOLED, "recency"), owned=False)
    unmoved = Calibrations(proof_of(), proof_of()).side(Side(POOLED, "recency"), owned=False)
    assert model.calibration.shift == pytest.approx(unmoved.calibration.shift + 1.2, abs=0.4)
    evidence = calibrations.evidence(model, owned=False)
    assert evidence["applied"] is True
    assert evidence["log_loss_gain"] > 2 * evidence["log_loss_gain_error"]


def test_the_newer_window_is_judged_with_the_older_ones_map():
    older, newer = off_by(-1.5), off_by(-1.4)
    calibrations = Calibrations(older, newer)
    trial = calibrations.of(MODEL, owned=False)
    judged = calibrations.judged(Side(OWN, "recency"), owned=False)
    assert judged == pytest.approx(trial.tried(logit(newer.score[MODEL])))
    assert trial.tried != trial.final


def test_a_baseline_is_calibrated_by_its_own_scores():
    calibrations = Calibrations(off_by(-1.5), off_by(-1.5))
    shipped = calibrations.side(Side(BASELINE, "recency"), owned=False)
    assert shipped.calibration == calibrations.of("recency", owned=False).final
    assert shipped.calibration != calibrations.of(MODEL, owned=False).final


def in_tune(shift=0.0):
    """A proof whose model knows how many buy, but for `shift` on the log odds."""
    proof = proof_of()
    level = np.array([-2.0, -5.0, -6.2]) + shift
    proof.score[MODEL] = Calibration()(logit(proof.score[MODEL]) + level)
    return proof


def widths(older, newer):
    sides = {name: Side(OWN, "recency") for name in NAMES}
    found = bands(Calibrations(older, newer), sides, owned=False)
    ends = [found[name].around(np.array([0.1])) for name in NAMES]
    return np.array([float((high - low)[0]) for low, high in ends])


def test_scores_that_were_off_have_wider_intervals():
    assert (widths(None, in_tune(1.0)) > 1.3 * widths(None, in_tune())).all()


def test_an_older_error_counts_too():
    assert (widths(in_tune(1.0), in_tune()) > 1.2 * widths(in_tune(), in_tune())).all()


def test_an_older_error_that_a_map_mends_does_not_count():
    mended = widths(in_tune(1.0), in_tune(1.0))
    assert (mended < 0.8 * widths(None, in_tune(1.0))).all()


def test_a_division_unknown_to_the_proof_shares_the_intervals():
    sides = dict.fromkeys(("New", "Newer"), Side(POOLED, "recency"))
    found = bands(Calibrations(None, proof_of()), sides, owned=False)
    assert found["New"] is not None
    assert found["New"] == found["Newer"]


def test_a_side_without_cells_or_without_a_proof_has_none():
    sides = {"Big": Side(OWN, "recency")}
    assert bands(Calibrations(None, None), sides, owned=False) == {"Big": None}
    assert bands(Calibrations(None, proof_of()), sides, owned=True) == {"Big": None}


def test_nothing_can_be_judged_without_a_proof():
    with pytest.raises(ValueError, match="nothing was judged"):
        Calibrations(None, None).judged(Side(OWN, "recency"), owned=False)


def test_probabilities_are_strictly_inside():
    assert np.isfinite(logit(proof_of().score[MODEL])).all()
