"""What the operator's file says of a command's sandbox."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from interlock_handlers.sandbox.sandbox import Sandbox


def _absolute(path: str) -> str:
    if not path.startswith("/") or path.strip("/") == "" or ".." in path.split("/"):
        raise ValueError(f"{path!r} must be an absolute path, not the root, and without ..")
    return path


Path = Annotated[str, AfterValidator(_absolute)]


class SandboxEntry(BaseModel):
    """Only what differs from the defaults, which give next to nothing."""

    model_config = ConfigDict(extra="forbid")

    network: bool = False
    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    memory_mb: int = Field(default=Sandbox.memory_mb, ge=32, le=1 << 20)
    processes: int = Field(default=Sandbox.processes, ge=2, le=10_000)
    file_mb: int = Field(default=Sandbox.file_mb, ge=1, le=1 << 20)
    cpu_seconds: float = Field(default=Sandbox.cpu_seconds, ge=1, le=86_400)
    cpu_share: float = Field(default=Sandbox.cpu_share, ge=0, le=1024)

    def sandbox(self) -> Sandbox:
        return Sandbox(**self.model_dump())
