"""Settings of the call plan."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gosales.core.settings import Settings

Share = Annotated[float, Field(ge=0, le=0.5)]
Pitches = Annotated[int, Field(ge=0)]


class PlanSettings(Settings):
    """`[plan]`: how `gosales plan` shares out pitches."""

    slots: int = Field(
        20, ge=1, le=10_000, description="Pitches of each rep where no capacity file is given."
    )
    minutes_per_pitch: float = Field(
        60.0, gt=0, description="Time of one pitch; turns a capacity file's hours into slots."
    )
    territory: Literal["rep", "branch"] = Field(
        "rep",
        description="`rep`: an account is pitched by its own rep, or by any rep of its branch "
        "where its own is not in the team; `branch`: by any rep of its branch.",
    )
    include: tuple[Literal["lapsed", "active"], ...] = Field(
        (), description="Cells to pitch besides the whitespace."
    )
    least_chance: float = Field(
        0.01,
        ge=0,
        lt=1,
        description="A cell with a lower icp_score is not worth a slot, which stays empty instead.",
    )
    least_value: float = Field(
        0.0, ge=0, description="The same for its expected_value: what a pitch costs you, say."
    )
    floors: dict[str, Pitches] = Field(
        {}, description="Division -> least number of its pitches in a plan."
    )
    explore: Share = Field(
        0.0, description="Share of the slots that goes to uncertain cells never pitched before."
    )
    holdout: Share = Field(
        0.0, description="Share of the list that is set aside at random as a control group."
    )
    cooldown_days: int = Field(
        90, ge=0, description="Days for which an account rests after a pitch."
    )
    rejected_rest_days: int = Field(
        365, ge=0, description="Days for which a cell rests after a rejected pitch."
    )
    skip_statuses: tuple[str, ...] = Field(
        ("open_opportunity", "competitor", "does_itself", "do_not_pitch"),
        description="Statuses in data/lookup/cells.csv that keep a cell out of the plan.",
    )
    detect: float = Field(
        0.3, gt=0, description="Lift over the control group whose chance to be seen is told."
    )
    time_limit_seconds: float = Field(
        60.0, gt=0, description="Most time for the search for the best plan; its gap is reported."
    )
    exact_up_to: int = Field(
        300_000, ge=0, description="Above so many candidate cells a greedy plan is made."
    )
