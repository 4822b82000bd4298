"""Entries made and exported without the rest of the product."""

from typing import Any
from uuid import UUID, uuid4

import psycopg

from interlock_platform.audit.export import export
from interlock_platform.audit.signing import Signer
from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope, conninfo
from tests.conftest import SECRET_KEY, Urls

SIGNER = Signer(SECRET_KEY)
ANN = uuid4()


async def recorded(database: Database, tenant: UUID, count: int, each: int = 100) -> None:
    """So many entries, `each` of them in a transaction."""
    for begin in range(0, count, each):
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            for number in range(begin, min(begin + each, count)):
                data: dict[str, Any] = {"number": number, "seal": f"{number:064x}", "reason": 'Ähnlich wie "vorher"\n'}
                record(session, ANN if number % 3 else None, "thing.done", str(uuid4()), **data)


async def exported(database: Database, tenant: UUID, signer: Signer = SIGNER) -> list[bytes]:
    """The lines of the tenant's export."""
    pieces = [piece async for piece in export(database, signer, tenant)]
    return b"".join(pieces).splitlines(keepends=True)


async def tamper(urls: Urls, statement: str, tenant: UUID, **values: int) -> None:
    """As the superuser, whom nothing holds back; OWN stands for the rows of this tenant."""
    own = statement.replace("OWN", "tenant_id = %(tenant)s").encode()
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        await connection.execute(own, {"tenant": tenant, **values})
