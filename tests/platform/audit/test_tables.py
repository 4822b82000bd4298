"""What is done to the tables, past all that guards them, shows in the next export."""

from uuid import UUID, uuid4

import pytest

from interlock_platform.audit.export import export
from interlock_platform.audit.lines import BLOCK
from interlock_platform.audit.report import Finding, Pin, Report
from interlock_platform.audit.store import record
from interlock_platform.audit.verification import verify
from interlock_platform.database import Database, Scope
from tests.conftest import Urls
from tests.platform.audit.recording import SIGNER, exported, recorded, tamper

ENTRIES = BLOCK + 20
SLIP_IN = (
    "insert into audit (tenant_id, seq, at, actor, action, target, data, hash) "
    "select tenant_id, {}, at, actor, action, target, data, hash from audit where OWN and seq = 3"
)


async def verified(database: Database, tenant: UUID, pin: Pin | None = None) -> Report:
    return verify(await exported(database, tenant), public_key=SIGNER.public_key, pin=pin)


@pytest.mark.parametrize(
    ("statement", "line", "entry", "what"),
    [
        ("update audit set data = '{}' where OWN and seq = 7", 8, 7, "Entry 7 was changed"),
        ("update audit set actor = gen_random_uuid() where OWN and seq = 1", 2, 1, "Entry 1 was changed"),
        ("update audit set at = at - interval '1 day' where OWN and seq = 110", 112, 110, "Entry 110 was changed"),
        ("update audit set hash = repeat('0', 64) where OWN and seq = 7", 8, 7, "Entry 7 was changed"),
        ("update audit set hash = 'nonsense' where OWN and seq = 7", 8, None, "not a line of an export"),
        ("delete from audit where OWN and seq = 7", 8, 8, "Entry 7 is missing here."),
        ("delete from audit where OWN and seq between 95 and 105", 96, None, "Entries 95 to 100 are missing here."),
        ("delete from audit where OWN and seq > 110", 113, None, "Entries 111 to 120 are missing here."),
        ("delete from audit where OWN", 2, None, "Entries 1 to 120 are missing here."),
        ("delete from audit_heads where OWN", 123, None, "By its end the record has 0 entries, and 120 are here."),
        (
            "update audit_heads set seq = 119, hash = (select hash from audit where OWN and seq = 119) where OWN",
            123, None, "By its end the record has 119 entries, and 120 are here.",
        ),
        ("update audit_heads set hash = repeat('0', 64) where OWN", 123, None, "The hash of the record's end is not"),
        (SLIP_IN.format(10_000_000_000), 123, None, "Entries 121 to"),
    ],
)  # fmt: skip
async def test_tampering_in_the_tables_is_located_in_the_next_export(
    urls: Urls, database: Database, statement: str, line: int, entry: int | None, what: str
) -> None:
    tenant = uuid4()
    await recorded(database, tenant, ENTRIES)
    assert (await verified(database, tenant)).ok
    await tamper(urls, statement, tenant)
    findings = (await verified(database, tenant)).findings
    assert findings
    assert (findings[0].line, findings[0].entry) == (line, entry), findings
    assert what in findings[0].what


async def test_swapped_rows_are_located(urls: Urls, database: Database) -> None:
    tenant = uuid4()
    await recorded(database, tenant, ENTRIES)
    for old, new in ((7, -1), (9, 7), (-1, 9)):
        await tamper(urls, "update audit set seq = %(new)s where OWN and seq = %(old)s", tenant, old=old, new=new)
    assert [finding.line for finding in (await verified(database, tenant)).findings][:1] == [8]


async def test_a_record_whose_end_and_head_are_both_cut_off_is_found_by_the_head_that_was_kept(
    urls: Urls, database: Database
) -> None:
    tenant = uuid4()
    await recorded(database, tenant, ENTRIES)
    kept = (await verified(database, tenant)).end
    assert kept is not None
    await tamper(urls, "delete from audit where OWN and seq > 110", tenant)
    back = "update audit_heads set seq = 110, hash = (select hash from audit where OWN and seq = 110) where OWN"
    await tamper(urls, back, tenant)
    assert (await verified(database, tenant)).ok, "a whole record in itself"
    (found,) = (await verified(database, tenant, kept)).findings
    assert found.what.startswith("The record goes to entry 110 here, and was already at entry 120")
    await recorded(database, tenant, 15)
    (found,) = (await verified(database, tenant, kept)).findings
    assert found == Finding(122, 120, "Entry 120 is not the one that is pinned: that has another hash.")


async def test_a_head_that_was_kept_is_found_again_in_a_record_that_went_on(database: Database) -> None:
    tenant = uuid4()
    await recorded(database, tenant, 30)
    kept = (await verified(database, tenant)).end
    await recorded(database, tenant, ENTRIES)
    assert (await verified(database, tenant, kept)).ok


async def test_who_tampers_can_not_hide_it_behind_further_entries(urls: Urls, database: Database) -> None:
    tenant = uuid4()
    await recorded(database, tenant, 10)
    await tamper(urls, "delete from audit where OWN and seq > 8", tenant)
    await recorded(database, tenant, 5)
    (found,) = (await verified(database, tenant)).findings
    assert (found.line, found.what) == (10, "Entries 9 to 10 are missing here.")


async def test_nothing_is_recorded_over_what_was_slipped_in(urls: Urls, database: Database) -> None:
    tenant = uuid4()
    await recorded(database, tenant, 3)
    await tamper(urls, SLIP_IN.format(4), tenant)
    with pytest.raises(Exception, match="audit_pkey"):
        await recorded(database, tenant, 1)
    slipped_in, end = (await verified(database, tenant)).findings
    assert (slipped_in.line, slipped_in.entry) == (5, 4)
    assert end.what == "By its end the record has 3 entries, and 4 are here."


async def test_an_export_holds_no_transaction_while_somebody_reads_it_and_ends_where_it_began(
    database: Database,
) -> None:
    tenant = uuid4()
    await recorded(database, tenant, ENTRIES)
    reading = export(database, SIGNER, tenant)
    lines = [await anext(reading)]
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        record(session, None, "thing.done", "while it is read")
    lines += [piece async for piece in reading]
    report = verify(b"".join(lines).splitlines(keepends=True), public_key=SIGNER.public_key)
    assert (report.ok, report.entries) == (True, ENTRIES)


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK, 10 * BLOCK + 1])
async def test_a_record_of_any_length_is_found_whole(database: Database, count: int) -> None:
    tenant = uuid4()
    await recorded(database, tenant, count, each=500)
    report = await verified(database, tenant)
    assert (report.findings, report.entries) == ([], count)
