"""The operator's rules: from a file, for every tenant, over the API for nobody."""

import json
from pathlib import Path
from typing import Any

import pytest

from interlock_platform.database import Database
from interlock_platform.policy.judging import Judging
from interlock_platform.policy.operator import PoliciesError, install_policies, read_policies
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import Urls
from tests.platform.place import open_place
from tests.platform.policy.tenant import make_tenant, rule

RULE: dict[str, Any] = {
    "layer": "platform",
    "name": "no writing",
    "verdict": "deny",
    "server": "files",
    "tool": "write",
}


def written(folder: Path, rules: Any) -> Path:
    path = folder / "policies.json"
    path.write_text(rules if isinstance(rules, str) else json.dumps(rules))
    return path


async def test_the_operators_rules_hold_for_every_tenant_until_they_are_replaced(
    urls: Urls, database: Database, tmp_path: Path
) -> None:
    acme, globex, judging = await make_tenant(database), await make_tenant(database), Judging()
    rules = read_policies(written(tmp_path, [RULE, {**RULE, "name": "b", "verdict": "ask"}]), {"files"})
    before = await acme.judge(judging)
    assert await install_policies(database, urls.owner, rules) is True
    assert await install_policies(database, urls.owner, list(reversed(rules))) is False
    await acme.add(rule("tenant", "allow"))
    versions = set()
    for tenant in (acme, globex):
        judged = await tenant.judge(judging)
        versions.add(judged.version)
        assert (judged.verdict.verdict, judged.verdict.decisive.rule) == ("deny", "no writing")
    assert before.version not in versions
    assert await install_policies(database, urls.owner, rules[1:]) is True
    assert (await globex.judge(judging)).verdict.verdict == "ask"
    assert await install_policies(database, urls.owner, []) is True
    after = [await tenant.judge(judging) for tenant in (acme, globex)]
    assert [each.verdict.verdict for each in after] == ["allow", "ask"]
    assert not versions & {each.version for each in after}
    assert await install_policies(database, urls.owner, []) is False


async def test_no_tenant_writes_or_ends_an_operators_rule(urls: Urls, database: Database, tmp_path: Path) -> None:
    acme = await make_tenant(database)
    await install_policies(database, urls.owner, read_policies(written(tmp_path, [RULE]), {"files"}))
    await acme.sql("update rules set enabled = false where name = 'no writing'")
    assert (await acme.judge(Judging())).verdict.verdict == "deny"
    with pytest.raises(Exception, match="row-level security"):
        await acme.sql(
            "insert into rules (id, tenant_id, layer, name, verdict) "
            "values (gen_random_uuid(), null, 'platform', 'mine', 'allow')"
        )


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("{", "no list of rules"),
        ({"rules": []}, "no list of rules"),
        ([{"name": "x"}], "0/layer"),
        ([{**RULE, "surprise": 1}], "0/surprise"),
        ([{**RULE, "layer": "tenant"}], "of layer platform"),
        ([{**RULE, "server": "nowhere"}], "no server “nowhere”"),
        ([{**RULE, "condition": "true &&\n nothing"}], "line 2, column 2"),
        ([RULE, RULE], "two rules of the same name"),
        ([{**RULE, "verdict": "ask", "approvers": {"users": ["00000000-0000-0000-0000-000000000001"]}}], "by role"),
        ([{**RULE, "verdict": "ask", "expiry": {"minutes": 1, "then": "escalate", "to": {
            "users": ["00000000-0000-0000-0000-000000000001"]}}}], "by role"),
    ],
)  # fmt: skip
def test_a_file_that_can_not_be_used_says_what_is_wrong(tmp_path: Path, rules: Any, says: str) -> None:
    path = written(tmp_path, rules)
    with pytest.raises(PoliciesError) as refused:
        read_policies(path, {"files"})
    assert str(path) in str(refused.value)
    assert says in str(refused.value)


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert read_policies(None, set()) == []
    with pytest.raises(PoliciesError, match="can't be read"):
        read_policies(tmp_path / "missing.json", set())


async def test_the_setting_names_the_file_and_people_read_its_rules(postgres: PostgresAccess, tmp_path: Path) -> None:
    path = written(tmp_path, [{**RULE, "server": "journal", "tool": "record", "name": "of the operator"}])
    async with open_place(postgres, tmp_path, policies=path) as place, place.person("bob") as bob:
        (shown,) = (await bob.ok("GET", "/api/policies"))["rules"]
        assert (shown["layer"], shown["name"], shown["may_change"]) == ("platform", "of the operator", False)
        async with place.person("alice") as alice:
            for method, body in (("PATCH", {"enabled": False}), ("DELETE", None)):
                answer = await alice.api(method, f"/api/policies/{shown['id']}", body)
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            asked = {"server": "journal", "tool": "record", "arguments": {}}
            assert (await alice.ok("POST", "/api/policies/explain", asked))["verdict"] == "deny"
            taken = {"layer": "tenant", "name": "of the operator", "verdict": "ask"}
            answer = await alice.api("POST", "/api/policies", taken)
            assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
