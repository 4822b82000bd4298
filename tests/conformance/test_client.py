"""Our client against the official conformance suite, at both generations of the protocol, one scenario at a time."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conformance.client import play
from tests.conformance.suite import Verdict, beyond, required, verdicts

REVISIONS = ("2025-11-25", "2026-07-28")

EXTENSION = "an extension of the protocol that Interlock does not have"
REQUIRED = [(revision, name) for revision in REVISIONS for name in required(revision)]
BEYOND = [(revision, name) for revision in REVISIONS for name in beyond(revision)]
EXPECTED_FAILURES = {
    "auth/client-credentials-jwt": EXTENSION,
    "auth/client-credentials-basic": EXTENSION,
    "auth/enterprise-managed-authorization": EXTENSION,
    "auth/dpop": EXTENSION,
    "auth/dpop-nonce": EXTENSION,
    "auth/wif-jwt-bearer": EXTENSION,
}
"""What does not pass, and why; what passes must not be here."""

Verdicts = Mapping[tuple[str, str], Verdict]


@pytest_asyncio.fixture(scope="session")
async def found(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    folder: Path = tmp_path_factory.mktemp("conformance")
    return {
        (revision, name): verdict
        for revision in REVISIONS
        for name, verdict in (await verdicts(revision, play, folder / revision)).items()
    }


@pytest.mark.parametrize(("revision", "name"), REQUIRED, ids=map("-".join, REQUIRED))
def test_a_required_scenario_passes(found: Verdicts, revision: str, name: str) -> None:
    _check(found[revision, name], name)


@pytest.mark.parametrize(("revision", "name"), BEYOND, ids=map("-".join, BEYOND))
def test_a_scenario_that_is_not_required_passes_or_is_known_not_to(found: Verdicts, revision: str, name: str) -> None:
    _check(found[revision, name], name)


def test_the_suite_requires_the_scenarios_that_we_know_of() -> None:
    assert [len(required(revision)) for revision in REVISIONS] == [18, 32]
    assert {name for _, name in REQUIRED + BEYOND} >= EXPECTED_FAILURES.keys()


def _check(verdict: Verdict, name: str) -> None:
    complaints = "\n".join(verdict.complaints)
    if name in EXPECTED_FAILURES:
        assert complaints, f"{name} passes: take it out of EXPECTED_FAILURES"
    else:
        assert not complaints, complaints
