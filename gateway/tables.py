"""Every table, for Alembic and for tests; imported at the roof so that the floor stays clean."""

from __future__ import annotations

import agents.models
import agents.tool_secrets.models
import compliance.do_not_call.models
import compliance.ledger.models
import compliance.privacy.models
import compliance.recordings.models
import compliance.screening.models
import dispatch_rules.models
import gateway.apply.models
import gateway.auth.models
import gateway.calls.models
import gateway.campaigns.models
import gateway.costs.models
import gateway.rest.idempotency
import gateway.transfers.models
import gateway.webhooks.models
import trunks.accounts.models
import trunks.models
import trunks.routes.models
from gateway.db.base import Base

ALL = (
    agents.models,
    agents.tool_secrets.models,
    compliance.do_not_call.models,
    compliance.ledger.models,
    compliance.privacy.models,
    compliance.recordings.models,
    compliance.screening.models,
    dispatch_rules.models,
    gateway.apply.models,
    gateway.auth.models,
    gateway.calls.models,
    gateway.campaigns.models,
    gateway.costs.models,
    gateway.rest.idempotency,
    gateway.transfers.models,
    gateway.webhooks.models,
    trunks.accounts.models,
    trunks.models,
    trunks.routes.models,
)
metadata = Base.metadata
