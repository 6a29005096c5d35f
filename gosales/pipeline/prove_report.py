"""The certificate as files: JSON with every digest, and one page for people."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gosales.evaluation import page
from gosales.evaluation.checks.byte_identity import PARTS
from gosales.evaluation.checks.check import FAILED, NOT_APPLICABLE, PASSED, Check
from gosales.utils.store import write_json, write_text

if TYPE_CHECKING:
    from gosales.pipeline.prove import Certificate

SHORT = 16
STEM = "leak_certificate"


def write_certificate(certificate: Certificate, folder: Path) -> None:
    """Write leak_certificate.json and leak_certificate.html."""
    content = as_dict(certificate)
    write_json(folder / f"{STEM}.json", content)
    write_text(folder / f"{STEM}.html", html(content))


def as_dict(certificate: Certificate) -> dict[str, Any]:
    """The content of leak_certificate.json; the same for the same input and settings."""
    counts = {
        result: sum(check.result == result for check in certificate.checks)
        for result in (PASSED, FAILED, NOT_APPLICABLE)
    }
    return {
        "verdict": verdict_of(certificate),
        "counts": counts,
        "cutoffs": certificate.cutoffs,
        "horizon_months": certificate.horizon_months,
        "seed": certificate.seed,
        "input_hashes": certificate.input_hashes,
        "copies_exact": certificate.exact,
        "checks": [asdict(check) for check in certificate.checks],
        "clocks": certificate.clocks,
    }


def verdict_of(certificate: Certificate) -> str:
    """`leak found`, or what was looked for in vain."""
    return "leak found" if certificate.leaks else "no leak found"


def html(content: dict[str, Any]) -> str:
    """One page of it."""
    compared = [check for check in content["checks"] if "past_before" in check["evidence"]]
    digests = ("past_before", "past_after", "future_before", "future_after")
    return page.page(
        "Leak certificate",
        [
            page.paragraph(_head(content)),
            page.table(
                ("check", "name", "result", "cutoffs", "what was found"), _together(content)
            ),
            page.paragraph(
                "In brackets: 99.9 % intervals, customers being the units. Where one is wide, that "
                "check could see little, and the byte checks have to speak for it."
            ),
            page.heading("Posting delay: when a line happened, and when it was known"),
            *_clocks(content["clocks"]),
            page.heading("Digests before and after each change"),
            page.paragraph(
                f"First {SHORT} hex digits of SHA-256; leak_certificate.json has all of them, for "
                f"each part by itself ({', '.join(PARTS)}). The past must be the same, the future "
                "must not, unless nothing was changed."
            ),
            page.table(
                ("check", "cutoff", *(name.replace("_", " ") for name in digests)),
                [
                    [check["name"], check["cutoff"], *(_short(check, name) for name in digests)]
                    for check in compared
                ],
            ),
            page.heading("Raw logs"),
            page.table(("file", "SHA-256"), sorted(content["input_hashes"].items())),
            page.paragraph(_copies(content["copies_exact"])),
        ],
    )


def _together(content: dict[str, Any]) -> list[tuple[str, ...]]:
    """The checks, cutoffs with the same finding in one row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for check in content["checks"]:
        key = check["code"], check["name"], check["result"], check["told"]
        rows.setdefault(key, []).append(check["cutoff"])
    return [
        (code, name, result, ", ".join(cutoffs), told)
        for (code, name, result, told), cutoffs in rows.items()
    ]


def _head(content: dict[str, Any]) -> str:
    counts = content["counts"]
    return (
        f"{content['verdict'].capitalize()}. {counts[PASSED]} checks passed, {counts[FAILED]} "
        f"failed, {counts[NOT_APPLICABLE]} could not be made. Cutoffs: "
        f"{', '.join(content['cutoffs'])}; horizon {content['horizon_months']} months; seed "
        f"{content['seed']}. Models at cutoffs before the newest have few trees, since only bytes "
        "are compared there. The raw logs were written anew with other lines after each cutoff, "
        "and loader, features, training, scores and lists ran on them."
    )


def _short(check: dict[str, Any], name: str) -> str:
    return str(check["evidence"][name])[:SHORT]


def _copies(exact: dict[str, bool]) -> str:
    inexact = [cutoff for cutoff, same in exact.items() if not same]
    if not inexact:
        return "The unchanged copies of the raw logs give the very star that the raw logs give."
    return (
        f"At {', '.join(inexact)} the unchanged copies of the raw logs give another star than the "
        "raw logs themselves; before and after are both of copies there."
    )


def _clocks(clocks: dict[str, Any]) -> list[str]:
    if not clocks.get("used"):
        return [page.paragraph(f"One clock only. {clocks.get('why', '')}")]
    delay, known = clocks["delay"], clocks["at_the_cutoff"]
    days = ", ".join(f"{float(q):.0%}: {d:.0f}" for q, d in delay["days"].items())
    said = (
        f"Of {delay['lines']:,} lines, {delay['posted_later']:.1%} were posted after the day that "
        f"they happened on. Days of delay by quantile: {days}. At {clocks['cutoff']} "
        f"{known['known_only_later']:,} lines ({known['share']:.2%}) had happened but were not "
        f"known; of the last month {known['last_month_share']:.1%}."
    )
    cost = clocks["cost"]
    if cost is None:
        return [page.paragraph(said)]
    rows = [(name.replace("_", " "), value) for name, value in cost.items()]
    return [
        page.paragraph(said),
        page.paragraph(
            "What it would have cost to take lines as known when they happened, trained and judged "
            "at that cutoff; optimism is what the naive scores have more in AUC, on the same "
            "never-bought cells, and nobody could have had."
        ),
        page.table(("figure", "value"), rows),
    ]


def summarise_certificate(certificate: Certificate, folder: Path) -> str:
    """A screen of it: each check in a line, and where the page is."""
    lines = [f"{verdict_of(certificate).capitalize()} at {', '.join(certificate.cutoffs)}.", ""]
    lines += [_line(check) for check in certificate.checks]
    return "\n".join([*lines, "", f"Certificate: {folder / f'{STEM}.html'}"])


def _line(check: Check) -> str:
    return f"  {check.code} {check.name:22}{check.cutoff:12}{check.result:15}{check.told}"
