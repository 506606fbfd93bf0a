"""Routes as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.rest.written import Written
from trunks.schemas import E164, Name

PREFIX = "digits after the +; empty takes every number, and the longest one that fits is tried first"
PRIORITY = "among routes with the same prefix: lower is tried first"
Prefix = Annotated[str, Field(pattern=r"^[0-9]{0,15}$", examples=["44"])]
Priority = Annotated[int, Field(ge=0, le=1000)]
TrunkId = Annotated[str, Field(min_length=1, max_length=40)]


class RouteAsked(Written):
    name: Name
    prefix: Prefix = Field(default="", description=PREFIX)
    trunk_id: TrunkId = Field(description="outbound")
    priority: Priority = Field(default=100, description=PRIORITY)
    enabled: bool = True


class RouteChange(Written):
    name: Name | None = None
    prefix: Prefix | None = Field(default=None, description=PREFIX)
    trunk_id: TrunkId | None = Field(default=None, description="outbound")
    priority: Priority | None = Field(default=None, description=PRIORITY)
    enabled: bool | None = None


class RouteShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    prefix: str
    trunk_id: str
    priority: int
    enabled: bool
    created_at: datetime
    updated_at: datetime


class ExplainAsked(Written):
    called: E164


class ExplainedRoute(BaseModel):
    """What becomes of one route. `place`: its turn, from 1; null when its trunk is not tried."""

    place: int | None
    route_id: str
    route_name: str
    prefix: str
    priority: int
    trunk_id: str
    trunk_name: str
    circuit: Literal["closed", "open", "half_open"]
    reason: str


class Explained(BaseModel):
    """Those that are tried come first, in their order."""

    called: str
    routes: list[ExplainedRoute]
