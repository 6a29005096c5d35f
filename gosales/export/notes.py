"""What a reader of a list must know, in plain sentences: for the workbook and for the page."""

from __future__ import annotations

from gosales.export.pitches import Pitches

MEANINGS = {
    "Account": "The customer; its id where the log has no name.",
    "Account id": "The customer's id in the sales log.",
    "Pitch": "The division to pitch.",
    "Product": "The product to pitch, where the customer owns the division; else up to three "
    "products of the division to begin with.",
    "Probability": "How likely the customer is to buy it within the horizon: of a hundred rows "
    "that say 20 %, about twenty buy. It says who buys, not whom a call moves.",
    "Grade": "Place of the customer in its division: A is the top 5 %, B to 20 %, C to 50 %, D to "
    "80 %, E to 95 %, F the rest.",
    "Expected value": "Probability times the money that a purchase brings, in the unit of the "
    "sales log. Sums over rows are a forecast.",
    "Why": "Facts from the sales log that speak for the row, and after But what speaks against it. "
    "Usual is the middle one of the customers who, like this one, never bought from the division; "
    "where it owns the division, of the owners.",
    "Who owns it already": "Owners whose purchases are most alike: references for the call.",
    "Branch": "Branch of the customer's latest line.",
    "Rep": "Sales representative of that line, or of the call plan.",
}
REMARK = {
    "Remark": "What your own list of remarks (data/lookup/cells.csv) says of it, such as an open "
    "opportunity or a competitor."
}
CALL = {"Call": "Place in the call plan: call 1 first. Rows without one are not in the plan."}
WHAT = (
    "A row is a division that the customer never bought, or a product that it never bought in a "
    "division that it owns. The best come first."
)


def columns_told(pitches: Pitches) -> dict[str, str]:
    """Column -> what it means."""
    call = CALL if pitches.planned else {}
    return {**call, **MEANINGS, **(REMARK if pitches.remarked else {})}


def notes_told(pitches: Pitches) -> list[str]:
    """What is on the lists, and what is not."""
    rest = f" {pitches.left_out:,} lower-ranked rows are left out." if pitches.left_out else ""
    notes = [
        WHAT,
        f"A list has at most {pitches.rows_per_list:,} rows of each of the two kinds.{rest}",
    ]
    if pitches.held_out:
        notes.append(
            f"Accounts left out on purpose: {pitches.held_out:,}, the control group of the call "
            "plan. Please do not call them for these pitches."
        )
    return notes
