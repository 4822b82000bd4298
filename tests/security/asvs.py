"""OWASP's Application Security Verification Standard 5.0.0, levels 1 and 2, requirement by requirement.

`asvs.csv` says of each what shows that it is met, where it is written down, why it is not about Interlock, or what is
missing; what a requirement says is in the standard, here are only a few words of ours. `asvs_ids.txt` are the ids that
the standard has. `python -m tests.security.asvs` writes docs/asvs.md anew.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
PAGE = CHECKOUT / "docs" / "asvs.md"
State = Literal["test", "document", "n/a", "gap"]
MEANING: dict[State, str] = {
    "test": "tests show it",
    "document": "it is written down there, or is the operator's to see to as it says there",
    "n/a": "not applicable",
    "gap": "not met, or not shown",
}
CHAPTERS = {
    "V1": "Encoding and sanitization",
    "V2": "Validation and business logic",
    "V3": "Web frontend",
    "V4": "API and web service",
    "V5": "File handling",
    "V6": "Authentication",
    "V7": "Session management",
    "V8": "Authorization",
    "V9": "Self-contained tokens",
    "V10": "OAuth and OIDC",
    "V11": "Cryptography",
    "V12": "Secure communication",
    "V13": "Configuration",
    "V14": "Data protection",
    "V15": "Secure coding and architecture",
    "V16": "Logging and error handling",
    "V17": "WebRTC",
}


@dataclass(frozen=True)
class Requirement:
    """`shown_by` are node ids of tests, or documents."""

    id: str
    level: int
    state: State
    what: str
    shown_by: tuple[str, ...]
    why: str

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0]


def requirements() -> list[Requirement]:
    """Those of `asvs.csv`, in its order. Raises ValueError for a state that there is not."""
    found = []
    with (HERE / "asvs.csv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="|"):
            (state,) = (each for each in MEANING if each == row["state"])
            shown_by = tuple(row["shown_by"].split())
            found.append(Requirement(row["id"], int(row["level"]), state, row["what"], shown_by, row["why"]))
    return found


def of_the_standard() -> dict[str, int]:
    """Id -> level, of all requirements of levels 1 and 2."""
    lines = (HERE / "asvs_ids.txt").read_text().splitlines()
    return {name: int(level) for name, level in (line.split() for line in lines)}


def page() -> str:
    """docs/asvs.md."""
    all_of_them = requirements()
    counts = Counter((each.level, each.state) for each in all_of_them)
    lines = [
        "# ASVS 5.0.0, levels 1 and 2",
        "",
        "What shows that Interlock meets each requirement of OWASP's Application Security Verification Standard 5.0.0.",
        "What a requirement says is in the [standard](https://github.com/OWASP/ASVS/tree/v5.0.0/5.0); the words here",
        "are ours. This page is made from `tests/security/asvs.csv` by `python -m tests.security.asvs`. A test fails",
        "if a test that is named here does not exist, a requirement is missing, or the page is not what would be made.",
        "",
        "| | " + " | ".join(MEANING) + " | all |",
        "|---|" + "---|" * (len(MEANING) + 1),
    ]
    for level in (1, 2):
        row = [counts[level, state] for state in MEANING]
        lines.append(f"| level {level} | " + " | ".join(map(str, [*row, sum(row)])) + " |")
    lines += ["", "; ".join(f"**{state}**: {meaning}" for state, meaning in MEANING.items()) + "."]
    for chapter, members in groupby(all_of_them, key=lambda each: each.chapter):
        lines += [
            "",
            f"## {chapter} {CHAPTERS[chapter]}",
            "",
            "| id | level | | what | by, or why |",
            "|---|---|---|---|---|",
        ]
        for each in members:
            told = " · ".join(
                [*(f"`{name.removeprefix('tests/')}`" for name in each.shown_by), *filter(None, [each.why])]
            )
            lines.append(f"| {each.id} | {each.level} | {each.state} | {each.what} | {told} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
