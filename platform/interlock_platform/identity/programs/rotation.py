"""A new key for signing tokens: those that the one before has signed stay good to their end."""

from interlock_platform.database import Database, Scope
from interlock_platform.identity.programs import store


async def new_token_key(operator_url: str) -> None:
    """As the operator's role."""
    database = Database.connect(operator_url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            await store.next_generation(session)
    finally:
        await database.close()
