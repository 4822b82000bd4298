"""The operator's rules: read from a file when a process starts, and put in the place of those before."""

from collections.abc import Collection
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.policy import store
from interlock_platform.policy.bodies import RuleBody
from interlock_platform.policy.service import body_of, columns
from interlock_platform.tables.policy import Rule

_RULES = TypeAdapter(list[RuleBody])


class PoliciesError(ValueError):
    """A file of rules that can't be used; the message names the file, the rule and what is wrong."""


def read_policies(path: Path | None, servers: Collection[str]) -> list[RuleBody]:
    """The rules of the file, all of layer platform; none without a file. Raises PoliciesError."""
    if path is None:
        return []
    try:
        rules = _RULES.validate_json(path.read_bytes())
    except OSError as error:
        raise PoliciesError(f"{path} can't be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "/".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise PoliciesError(f"{path} is no list of rules: {place + ': ' if place else ''}{message}.") from error
    for rule in rules:
        if wrong := _wrong(rule, servers):
            raise PoliciesError(f"{path}, rule “{rule.name}”: {wrong}")
    if len({rule.name for rule in rules}) < len(rules):
        raise PoliciesError(f"{path} has two rules of the same name.")
    return rules


async def install_policies(database: Database, owner_url: str, rules: Collection[RuleBody]) -> bool:
    """Makes these the operator's rules, for every tenant at once; True if they were not those already.

    `database` is anybody's, who reads them; only the owner of the schema writes them.
    """
    wanted = sorted((rule.wire() for rule in rules), key=lambda body: str(body["name"]))
    async with database.transaction(Scope()) as session:
        if [body_of(row) for row in await store.platform_rules(session)] == wanted:
            return False
    owner = Database.connect(owner_url, pool_size=1)
    try:
        async with owner.transaction(Scope()) as session:
            await store.hold_platform(session)
            await store.delete_platform(session)
            session.add_all(Rule(id=uuid4(), tenant_id=None, **columns(rule)) for rule in rules)
        return True
    finally:
        await owner.close()


def _wrong(rule: RuleBody, servers: Collection[str]) -> str | None:
    if rule.layer != "platform":
        return "the operator's rules are of layer platform."
    if rule.server is not None and rule.server not in servers:
        return f"there is no server “{rule.server}” in the catalogue."
    named = (rule.approvers, rule.expiry.to if rule.expiry else None)
    if any(each.users for each in named if each):
        return "it holds for every organisation: name approvers by role, not by person."
    try:
        rule.check_condition()
    except Problem as problem:
        place = problem.more["errors"][0]
        return f"condition, line {place['line']}, column {place['column']}: {problem.message}"
    return None
