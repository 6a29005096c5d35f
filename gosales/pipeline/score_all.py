"""The main job: raw logs to ICP scores and whitespace, in one run that publishes or does not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from gosales.pipeline.build import build
from gosales.pipeline.engines import carried, named_star
from gosales.pipeline.resume import resume_or_train
from gosales.pipeline.score import score
from gosales.pipeline.score_customers import ScoredLists
from gosales.pipeline.session import Session, Work, working
from gosales.pipeline.train import engine_at, train


@dataclass(frozen=True)
class ScoreAllRun:
    """What the main job did."""

    run_id: str
    quality: dict[str, Any]
    metrics: dict[str, Any]
    lists: ScoredLists


def score_all(session: Session) -> ScoreAllRun:
    """Build the star, train, score, publish; the star of `[source] facts` is there already."""
    with working(session, "score-all") as work:
        if session.config.source.facts:
            return _on_named_star(work)
        made = build(work)
        with carried(session, made.star) as star:
            engine = engine_at(session, star)
            trained = resume_or_train(work, engine, made.build.key)
            lists = score(work, engine, trained.fitted.models)
    quality = made.build.quality.as_dict()
    return ScoreAllRun(work.run.run_id, quality, trained.metrics, lists)


def _on_named_star(work: Work) -> ScoreAllRun:
    with named_star(work.session) as star:
        lines = int(star.tables.facts.count().execute())
        engine = engine_at(work.session, star)
        trained = train(work, engine)
        lists = score(work, engine, trained.fitted.models)
    read: dict[str, Any] = {"lines_read": lines, "lines_loaded": lines, "lines_rejected": {}}
    return ScoreAllRun(work.run.run_id, read | {"warnings": []}, trained.metrics, lists)


if __name__ == "__main__":
    from gosales.cli import main

    main(["score-all", *sys.argv[1:]])
