"""What has to be asked: Postgres, Redis, the identity provider, the model."""

import asyncio

import psycopg

from interlock_platform.settings import Settings
from interlock_servers.doctor.finding import Finding

SECONDS = 5


async def postgres(settings: Settings) -> Finding:
    """The database: programs, reachable, migrated."""
    from interlock_platform.migrate import is_current
    from interlock_servers.owner_url import embedded_home, owner_url
    from interlock_servers.postgres_binaries import PostgresError, find_binaries

    try:
        where = "INTERLOCK_DATABASE_URL"
        if settings.database_url is None:
            home = embedded_home(settings)
            binaries = await asyncio.to_thread(find_binaries, settings.pg_bin)
            where = f"embedded {binaries.major} ({binaries.source})"
            if not (home / "cluster").exists():
                return Finding("Postgres", "ok", f"{where}; the database is made by the first start")
        async with owner_url(settings) as url:
            current = await is_current(url)
    except PostgresError as error:
        return Finding("Postgres", "missing", str(error), "see docs/settings.md")
    except (psycopg.Error, OSError) as error:
        return Finding(
            "Postgres", "missing", " ".join(str(error).split()), "see that it runs and INTERLOCK_DATABASE_URL is right"
        )
    if not current:
        return Finding("Postgres", "missing", f"{where}; the schema is of another version", "interlock migrate")
    return Finding("Postgres", "ok", f"{where}; reachable, schema up to date")


async def redis(settings: Settings) -> Finding:
    """Redis, which several processes need and one does not."""
    if settings.redis_url is None:
        return Finding("Redis", "ok", "not set; one process needs none")
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(settings.redis_url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return Finding("Redis", "missing", str(error), "see that it runs and INTERLOCK_REDIS_URL is right")
    finally:
        await client.aclose()
    return Finding("Redis", "ok", "reachable")


async def sign_in(settings: Settings) -> Finding:
    """The identity provider and its discovery document."""
    if settings.oidc_issuer is None:
        return Finding("Sign-in", "ok", "the development provider, on loopback only")
    import httpx2

    url = settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
    todo = "see that INTERLOCK_OIDC_ISSUER is right"
    try:
        async with httpx2.AsyncClient(timeout=SECONDS, follow_redirects=True) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            issuer = answer.json().get("issuer")
    except (httpx2.HTTPError, ValueError, AttributeError) as error:
        return Finding("Sign-in", "missing", f"{url}: {error}", todo)
    if issuer != settings.oidc_issuer:
        return Finding("Sign-in", "missing", f"the provider calls itself {issuer}", todo)
    return Finding("Sign-in", "ok", f"{settings.oidc_issuer} answers")


async def model(settings: Settings) -> Finding:
    """The model that answers: its package, and what the provider needs; it is not asked anything."""
    from interlock_handlers.models import UnknownModel, load_model

    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    try:
        await asyncio.to_thread(load_model, settings.model, base_url=settings.model_base_url, api_key=key)
    except UnknownModel as error:
        return Finding("Model", "missing", str(error), "set INTERLOCK_MODEL and INTERLOCK_MODEL_API_KEY")
    if settings.model == "demo":
        return Finding("Model", "note", "demo: follows simple rules", "set INTERLOCK_MODEL for a real one")
    whose_key = "key set" if key else "key from the provider's own settings"
    return Finding("Model", "ok", f"{settings.model}; {whose_key}")
