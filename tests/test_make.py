"""What `make` offers, and what it installs from."""

import os
import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
STEP = str(CHECKOUT / "scripts" / "step")


def test_help_lists_every_verb() -> None:
    # As if from a shell: `make test` is itself a make, and tells its children so.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    shown = subprocess.run(["make", "help"], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=True).stdout
    verbs = [line.split()[1] for line in shown.splitlines() if "(maintenance)" not in line]
    assert verbs == ["help", "run", "test", "faults", "mutants", "check", "dev", "web", "migrate", "clean"]


@pytest.mark.parametrize("name", ["bootstrap", "runtime", "web", "dev"])
def test_every_package_is_pinned_with_hashes_and_names_no_place(name: str) -> None:
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9_.\-\[\],]+==[\w.+!]+( ; [^#]+?)? +--hash=sha256:", entry), entry[:80]


def test_the_tests_run_on_what_the_product_runs_on() -> None:
    dev = set(_versions("dev"))
    assert set(_versions("runtime")) <= dev
    assert set(_versions("web")) <= dev


def test_a_step_says_in_one_line_how_it_went(tmp_path: Path) -> None:
    went = subprocess.run([STEP, "A step", "echo", "details"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.fullmatch(r"  ✓ A step +\d+\.\d s\n", went.stdout)


def test_a_step_that_fails_shows_what_was_printed_and_fails_too(tmp_path: Path) -> None:
    failing = [STEP, "A step", "sh", "-c", "echo out; echo err >&2; exit 3"]
    went = subprocess.run(failing, cwd=tmp_path, capture_output=True, text=True)
    assert went.returncode == 3
    assert re.match(r"  ✗ A step +\d+\.\d s  \(exit 3\)\n\nout\nerr\n", went.stdout)


def _versions(name: str) -> list[str]:
    return re.findall(r"^(\S+==\S+)", (CHECKOUT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
