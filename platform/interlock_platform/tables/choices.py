"""What a tenant has chosen: features that it switched, and for how long it keeps what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Integer, Text, Uuid
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant


class FeatureChoice(SQLModel, table=True):
    """A feature that the tenant's admins have switched; what nobody has is as it comes."""

    __tablename__ = "feature_choices"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    feature: str = Field(sa_column=Column(Text, primary_key=True))
    enabled: bool
    changed_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    changed_at: datetime | None = Field(default=None, sa_column=at(now=True))


class Retention(SQLModel, table=True):
    """For how many days the tenant keeps what; null is for as long as it is not deleted."""

    __tablename__ = "retentions"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    threads: int | None = Field(default=None, sa_column=Column(Integer))
    artifacts: int | None = Field(default=None, sa_column=Column(Integer))
    sessions: int | None = Field(default=None, sa_column=Column(Integer))
    jobs: int | None = Field(default=None, sa_column=Column(Integer))
    toolsets: int | None = Field(default=None, sa_column=Column(Integer))
    changed_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    changed_at: datetime | None = Field(default=None, sa_column=at(now=True))
