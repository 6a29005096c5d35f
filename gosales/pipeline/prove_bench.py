"""One cutoff under proof: its raw material, the trial on it as it is, and each check on that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gosales.core.errors import GosalesError
from gosales.core.star import Outcome
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import open_star
from gosales.etl.copies import LogCopy, loaded_logs, write_logs
from gosales.etl.lookup_copies import LookupCopy, copied_lookups, write_lookups
from gosales.evaluation.checks.byte_identity import (
    JUDGED,
    REPEATED,
    Digests,
    broke,
    not_made,
    same_bytes,
    same_judged_scores,
)
from gosales.evaluation.checks.check import Check
from gosales.evaluation.checks.dated_attributes import dated_attributes
from gosales.evaluation.checks.placebo_cutoff import no_placebo, placebo_cutoff
from gosales.evaluation.checks.shuffled_labels import no_shuffle
from gosales.evaluation.checks.single_feature import no_feature
from gosales.pipeline.prove_clocks import why_one_clock
from gosales.pipeline.prove_future import (
    CHANGES,
    DELETED,
    LATE,
    SCRAMBLED,
    Edge,
    hidden_lookups,
    mixed_lookups,
    swapped,
)
from gosales.pipeline.prove_judge import seen, too_good, without_knowledge
from gosales.pipeline.prove_trial import Laboratory, Trial, rows_digest
from gosales.utils.reuse import Answers

LOOKUP_CHANGES = {DELETED: hidden_lookups, SCRAMBLED: mixed_lookups}
UNCOVERED = "The log does not cover the whole horizon after the cutoff."
REPEAT = "Nothing was changed; the same raw logs went through the engine again."
JUDGED_SWAP = "After {0}, each customer's purchases went to another one; judged there, as of {1}."


@dataclass(frozen=True)
class Bench:
    """One cutoff's raw material, and the trial on it as it is.

    Attributes:
        covered: Whether the log covers the whole horizon after the cutoff.
        exact: Whether the copy of the raw logs gives the very star that the raw logs give.
    """

    lab: Laboratory
    logs: list[LogCopy]
    lookups: dict[str, LookupCopy]
    base: Trial
    covered: bool
    exact: bool

    @property
    def cutoff(self) -> Cutoff:
        return self.base.cutoff

    @property
    def name(self) -> str:
        return str(self.cutoff)

    def close(self) -> None:
        """Let go of the base trial, and remove its files."""
        self.lab.end(self.base)

    def outcome(self) -> Outcome:
        """What happened in the horizon after the cutoff."""
        return self.base.star.outcome(self.cutoff, self.base.engine.horizon_months)

    def edge(self, cutoff: Cutoff) -> Edge:
        """Where the past ends, by the clocks of this bench."""
        engine, seed = self.base.engine, self.lab.session.options.seed
        return Edge(cutoff, engine.history.two_clocks, engine.horizon_months, seed)

    def changed(self, name: str) -> Check:
        """Another future: L02 to L06."""
        change, told = CHANGES[name]
        why = why_one_clock(self.base) if name == LATE else ""
        if why:
            self.lab.advance(1)
            return not_made(name, self.name, why)
        edge = self.edge(self.cutoff)
        lookups = LOOKUP_CHANGES[name](self.lookups, edge) if name in LOOKUP_CHANGES else None
        return self._compared(name, change(self.logs, edge), told, lookups)

    def repeated(self) -> Check:
        """The same again, every fit and prediction included: L01."""
        return replace(self, lab=replace(self.lab, answers=None))._compared(
            REPEATED, self.logs, REPEAT
        )

    def judged_hidden(self) -> Check:
        """Exchange labels in the horizon that `metrics.json` is judged on: L07."""
        proof = self.base.fitted.proof
        if proof is None:
            self.lab.advance(1)
            return not_made(JUDGED, self.name, "The history is too short to judge a fit in it.")
        change = JUDGED_SWAP.format(proof.cutoff, self.cutoff)
        found = self._digests(JUDGED, swapped(self.logs, self.edge(proof.cutoff)))
        if isinstance(found, Check):
            return found
        return same_judged_scores(self.name, self.base.digests, found, change)

    def attributes(self) -> Check:
        """What the history knows of customers' attributes: L12."""
        known = self.base.engine.history.tables.attributes.to_pandas()
        constant = self.lab.session.config.lookup.customers.constant
        return dated_attributes(known, constant, self.cutoff.date)

    def single_feature(self) -> Check:
        """Features and attributes by themselves: L11."""
        if not self.covered:
            return no_feature(self.name, UNCOVERED)
        return too_good(self.base, seen(self.base.lists, self.base.cells, self.outcome()))

    def shuffled(self) -> Check:
        """Nothing to be learned, nothing foretold: L09."""
        if not self.covered:
            return no_shuffle(self.name, UNCOVERED)
        if self.base.fitted.training is None:
            return no_shuffle(self.name, "Nothing was trained: the history is too short.")
        return without_knowledge(self.lab.at(self.cutoff), self.base, self.outcome())

    def against(self, placebo: Bench) -> Check:
        """This cutoff's figures beside those of an odd day: L10."""
        if not self.covered:
            return no_placebo(self.name, UNCOVERED)
        usual, odd = (
            seen(bench.base.lists, bench.base.cells, bench.outcome()).area()
            for bench in (self, placebo)
        )
        return placebo_cutoff(self.name, placebo.name, usual, odd)

    def _compared(
        self,
        name: str,
        logs: list[LogCopy],
        told: str,
        lookups: dict[str, LookupCopy] | None = None,
    ) -> Check:
        found = self._digests(name, logs, lookups)
        if isinstance(found, Check):
            return found
        return same_bytes(name, self.name, self.base.digests, found, told)

    def _digests(
        self, name: str, logs: list[LogCopy], lookups: dict[str, LookupCopy] | None = None
    ) -> Digests | Check:
        """Run the engine on changed logs; where it fails on them, the check has failed."""
        lab = self.lab.beside(name)
        if lookups is not None:
            settings = lab.session.config.etl()
            lab = replace(lab, lookups=write_lookups(lookups, lab.folder / "lookup", settings))
        try:
            trial = run_on(lab, logs, self.cutoff)
        except GosalesError as error:
            return broke(name, self.name, str(error))
        lab.end(trial)
        return trial.digests


def open_bench(lab: Laboratory, cutoff: Cutoff, covered: Callable[[Cutoff], bool]) -> Bench:
    """Copy the raw logs as they are loaded at `cutoff`, and run the engine on the copy.

    Later trials of the bench ask LightGBM and the ridges only what this one did not ask. They see
    nothing but their arguments, so that no future could reach them in another way.

    Raises:
        GosalesError: What the engine itself raises on these logs.
    """
    settings = lab.at(cutoff).config.etl()
    own = lab.beside(f"own-{cutoff}")
    built = own.build(cutoff=cutoff)
    star = open_star(built.path, settings.limits.memory_gb)
    facts = rows_digest(star.tables.facts)
    star.close()
    logs = loaded_logs(lab.sources, settings, built.path)
    lookups = copied_lookups(lab.sources, settings, own.folder)
    own.clear()
    place = replace(lab.beside(f"base-{cutoff}"), answers=Answers())
    written = write_lookups(lookups, place.folder.with_name(f"lookup-{cutoff}"), settings)
    place = replace(place, lookups=written)
    base = run_on(place, logs, cutoff)
    exact = rows_digest(base.star.tables.facts) == facts
    return Bench(place, logs, lookups, base, covered(cutoff), exact)


def run_on(lab: Laboratory, logs: list[LogCopy], cutoff: Cutoff) -> Trial:
    """Write `logs` as raw logs and run the engine on them."""
    folder: Path = lab.folder / "logs"
    write_logs(logs, folder, lab.at(cutoff).config.etl())
    return lab.run(folder, cutoff)
