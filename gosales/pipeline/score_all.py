"""The main job: raw logs to ICP scores and whitespace, in one run that publishes or does not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from gosales.pipeline.build import build
from gosales.pipeline.resume import resume_or_train
from gosales.pipeline.score import score
from gosales.pipeline.score_customers import ScoredLists
from gosales.pipeline.session import Session, working
from gosales.pipeline.train import engine_at


@dataclass(frozen=True)
class ScoreAllRun:
    """What the main job did."""

    run_id: str
    quality: dict[str, Any]
    metrics: dict[str, Any]
    lists: ScoredLists


def score_all(session: Session) -> ScoreAllRun:
    """Build the star, train, score, publish."""
    with working(session, "score-all") as work:
        made = build(work)
        engine = engine_at(session, made.star)
        trained = resume_or_train(work, engine, made.build.key)
        lists = score(work, engine, trained.fitted.models)
        made.star.close()
    quality = made.build.quality.as_dict()
    return ScoreAllRun(work.run.run_id, quality, trained.metrics, lists)


if __name__ == "__main__":
    from gosales.cli import main

    main(["score-all", *sys.argv[1:]])
