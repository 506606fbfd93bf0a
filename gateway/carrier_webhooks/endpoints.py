"""`POST /carriers/{id}/webhooks`: carriers' own webhooks, on the public application and without an API key.

Signed by the carrier, for this account and this address, or not heeded. What it says is never believed: it only wakes
whoever reads the account's records. Whoever is no carrier learns nothing, not even whether there is such an account.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from gateway.carrier_webhooks.seen import Seen
from gateway.costs.records import CarrierRecords
from gateway.kernel.errors import NotAuthenticated, NotFound
from gateway.kernel.logs import get_logger
from gateway.rest.requests import RequestSettings
from trunks.accounts.accounts import Accounts
from trunks.accounts.models import CarrierRow

LONGEST = 64 * 1024

router = APIRouter(prefix="/carriers", tags=["carriers"], include_in_schema=False)
_log = get_logger(__name__)


@router.post("/{carrier_id}/webhooks")
async def heed(carrier_id: str, request: Request, settings: RequestSettings) -> Response:
    if not settings.carriers.public_url:
        raise NotFound("there is nothing here")
    body = await _body(request)
    async with request.app.state.database.begin() as session:
        row = await session.get(CarrierRow, carrier_id)
    if row is None:
        raise _stranger()
    accounts: Accounts = request.app.state.accounts
    try:
        accounts.of(row).check_webhook(_url(settings.carriers.public_url, row.id, request), request.headers, body)
    except NotAuthenticated as error:
        _log.warning("carrier_webhook_refused", carrier_id=row.id, code=error.code, reason=error.detail)
        raise _stranger() from error
    seen: Seen = request.app.state.carrier_webhooks_seen
    if seen.is_new(row.id, body):
        records: CarrierRecords = request.app.state.carrier_records
        records.wake(row.id)
    return Response(status_code=200)


def _url(public_url: str, carrier_id: str, request: Request) -> str:
    """As the carrier was told it. Of the request only the query counts, which is signed as well."""
    query = request.url.query
    return f"{public_url}/carriers/{carrier_id}/webhooks" + (f"?{query}" if query else "")


async def _body(request: Request) -> bytes:
    """Raises HTTPException 413."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise HTTPException(413)
    return bytes(body)


def _stranger() -> NotAuthenticated:
    return NotAuthenticated("this is for carriers that sign", code="webhook.refused", todo="nothing")
