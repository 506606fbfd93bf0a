"""Trunk tests as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.rest.written import Written
from gateway.trunk_test.measured import Measured
from gateway.trunk_test.service import State
from gateway.trunk_test.verdicts import Item
from trunks.schemas import E164

NUMBER = "what is called; default: a number of ours, so that the call comes back in"


class TestAsked(Written):
    __test__ = False

    trunk_id: Annotated[str, Field(min_length=1, max_length=40)] = Field(description="outbound")
    number: E164 | None = Field(default=None, description=NUMBER)


class TestShown(BaseModel):
    """While it runs, `items` are what is known already, and the last of `steps` is under way. It names no number."""

    __test__ = False
    model_config = ConfigDict(from_attributes=True)

    id: str
    trunk_id: str
    trunk_name: str
    own_number: bool
    state: State
    steps: list[str]
    problem: str
    began_at: datetime
    ended_at: datetime | None
    items: list[Item]
    measured: Measured | None
