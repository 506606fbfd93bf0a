"""Privacy for the composition root: every place, in the order in which it is erased; retention, once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from compliance.do_not_call.erasable import ErasableDoNotCall
from compliance.ledger.erasable import ErasableLedger
from compliance.privacy.hash_key import FILE, HashKey
from compliance.privacy.retention import retentions, shipped
from compliance.privacy.service import Privacy
from compliance.privacy.sweep import Forget, RetentionSweep
from compliance.recordings.erasable import ErasableRecordings
from compliance.recordings.storage import Storage
from compliance.screening.erasable import ErasableScreening
from compliance.screening.suppressed import Suppressed
from gateway.calls.call_index import CallIndexOfRecord
from gateway.calls.erasable import ErasableCalls, count_open
from gateway.campaigns.erasable import ErasableCampaigns
from gateway.campaigns.retention import CampaignRetention
from gateway.costs.erasable import ErasableCarrierCalls
from gateway.costs.unjoined import UnjoinedRecords
from gateway.db.rewriting import rewrite_file
from gateway.db.session import Database
from gateway.kernel.clock import Clock
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet, keep_going
from gateway.privacy.answers import ErasableAnswers
from gateway.privacy.configuration import ErasableConfiguration
from gateway.privacy.spools import ErasableSpools
from gateway.privacy.workflows import ErasableWorkflows
from gateway.settings import Settings
from gateway.webhooks.erasable import ErasableDeliveries
from trunks.models import NumberRow, TrunkRow

if TYPE_CHECKING:
    from compliance.privacy.erasable import Erasable

DAY_S = 86_400.0
FIRST_S = 60.0  # after a start, which has better things to do
AGAIN_S = 3_600.0  # after one that failed

_log = get_logger(__name__)


class PrivacyDesk:
    """`start` begins the daily sweep. Raises SetupError for retention that the settings may not choose."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, storage: Storage) -> None:
        begin, key = database.begin, HashKey(settings.keys_dir / FILE)
        self._database, self._suppressed = database, Suppressed(key)
        recordings, ledger = ErasableRecordings(begin, clock, storage), ErasableLedger(begin)
        record, calls = ErasableCalls(begin, clock), CallIndexOfRecord(begin)
        carriers = ErasableCarrierCalls(begin)
        places: list[Erasable] = [
            recordings,
            ErasableDeliveries(begin),
            carriers,
            ErasableCampaigns(begin, clock, key),
            ErasableScreening(begin, clock, key),
            ErasableDoNotCall(begin, key),
            ErasableAnswers(begin),
            ErasableSpools(settings.spool_dir),
            ErasableWorkflows(settings.workflows),
            ErasableConfiguration(begin),
            ledger,
            record,
        ]
        self.privacy = Privacy(begin, clock, key, calls, places, self._rewrite, self._is_ours)

        chosen = retentions(shipped(), settings.retention.days)
        self._campaigns = campaigns = CampaignRetention(begin, clock, chosen)

        async def forget_calls(call_ids: Sequence[str]) -> int:
            return await carriers.forget(call_ids) + await record.forget(call_ids)

        forget: dict[str, Forget] = {
            "recordings": recordings.forget,
            "transcripts": calls.forget_words,
            "calls": forget_calls,
            "dials": campaigns.forget_dials,
            "evidence": ledger.forget,
        }
        self.sweep = RetentionSweep(self.privacy, clock, chosen, forget)
        self._unjoined = UnjoinedRecords(begin, key, clock, chosen)
        self._tasks = TaskSet()

    def put_on(self, state: Any) -> None:
        """On `state` are the calls already: admission gets to know who was on a list when erased."""
        state.privacy, state.retention = self.privacy, self.sweep
        state.calls.admissions.suppressed = self._suppressed.matches

    def start(self) -> None:
        self._tasks.start(keep_going(self._sweep_daily, "privacy-retention", AGAIN_S), name="privacy-retention")

    async def _sweep_daily(self) -> None:
        await asyncio.sleep(FIRST_S)
        gone, carrier_records = await self.sweep.run(), await self._unjoined.forget()
        campaigns = await self._campaigns.forget_rest()
        _log.info("retention_swept", gone=gone, carrier_records=carrier_records, campaigns=campaigns)
        await asyncio.sleep(DAY_S - AGAIN_S)

    async def close(self) -> None:
        await self._tasks.close()

    async def _rewrite(self) -> bool:
        """Not while anybody is on the line: writing the file anew keeps a call waiting for its verdict."""
        on_the_line = self._database.engine.dialect.name == "sqlite" and await count_open(self._database.begin)
        return not on_the_line and await rewrite_file(self._database)

    async def _is_ours(self, number: str) -> bool:
        async with self._database.begin() as session:
            if await session.scalar(select(NumberRow.id).where(NumberRow.number == number).limit(1)):
                return True
            return any(number in numbers for numbers in await session.scalars(select(TrunkRow.numbers)))
