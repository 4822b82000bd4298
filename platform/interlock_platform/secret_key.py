"""The installation's secret key: the one that is set, or one made once and kept in the data directory."""

import os
import secrets

from interlock_platform.settings import Settings


def load_secret_key(settings: Settings) -> str:
    """The secret key; makes and keeps one if none is set. Processes that start at once agree on the same one."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret.key"
    if not path.exists():
        # As root the data directory has to let Postgres' account pass; nothing in it is readable for others.
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        mine = settings.data_dir / f"secret.key.{os.getpid()}.{secrets.token_hex(4)}"
        with open(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text()


def load_vault_keys(settings: Settings) -> tuple[str, ...]:
    """What secrets are encrypted under: the present key first, then those that may have been used before."""
    former = settings.vault_former_keys.get_secret_value().split(",") if settings.vault_former_keys else []
    keys = [settings.vault_key.get_secret_value()] if settings.vault_key else []
    own = load_secret_key(settings)
    return tuple(dict.fromkeys(key.strip() for key in ([*keys, *former, own] if keys else [own, *former])))
