"""What an endpoint gets: a session whose transaction ends before the answer leaves, the clock, the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.db.session import Database
from gateway.kernel.clock import Clock
from gateway.kernel.secrets import SecretBox
from gateway.settings import Settings


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.begin() as session:
        yield session


def clock_of(request: Request) -> Clock:
    return request.app.state.clock


def settings_of(request: Request) -> Settings:
    return request.app.state.settings


# scope="function": commit before the response, so that what was answered is there.
Session = Annotated[AsyncSession, Depends(open_session, scope="function")]
RequestClock = Annotated[Clock, Depends(clock_of)]
RequestSettings = Annotated[Settings, Depends(settings_of)]


def box_of(request: Request) -> SecretBox:
    return request.app.state.secrets
