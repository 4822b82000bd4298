"""A process that calls the guarded server as somebody, many times at once.

    python -m tests.platform.credentials.calling

It reads `{"database", "key", "tenant", "user", "url", "values"}` from its first line, connects, says `ready`, waits for
another line, makes a call for each of the values at the same time, and says what came of each.
"""

import asyncio
import json
import sys
from uuid import UUID

from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.credentials.service import Credentials
from interlock_platform.database import Database, Scope
from interlock_platform.vault.keyring import Keyring
from interlock_platform.vault.service import Vault


async def main() -> None:
    asked = json.loads(sys.stdin.readline())
    tenant, user = UUID(asked["tenant"]), UUID(asked["user"])
    database, outbound = Database.connect(asked["database"]), Outbound(["127.0.0.0/8"])
    credentials = Credentials(database, Vault(Keyring([asked["key"]])), outbound)
    spec = ServerSpec("guarded", "Guarded", "http", url=asked["url"], auth="oauth")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        authorization = await credentials.authorization(session, tenant, user, spec)
    handler = MCPHandler(outbound=outbound)
    await handler.connect(spec, authorization)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    calls = (handler.call("guarded", "record", {"value": value}) for value in asked["values"])
    results = await asyncio.gather(*calls, return_exceptions=True)
    sys.stdout.write(json.dumps([getattr(result, "text", repr(result)) for result in results]) + "\n")
    await handler.aclose()
    await credentials.keeper.aclose()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
