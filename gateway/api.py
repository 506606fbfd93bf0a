"""The routers, in reading order."""

from __future__ import annotations

from fastapi import APIRouter

import agents.capture_endpoints
import agents.endpoints
import agents.tool_secrets.endpoints
import agents.transfer_endpoints
import agents.version_endpoints
import compliance.do_not_call.consent_endpoints
import compliance.do_not_call.endpoints
import compliance.do_not_call.list_endpoints
import compliance.ledger.endpoints
import compliance.privacy.endpoints
import compliance.recordings.endpoints
import compliance.screening.endpoints
import compliance.screening.list_endpoints
import compliance.stir_shaken.endpoints
import dispatch_rules.endpoints
import gateway.apply.endpoints
import gateway.apply.template_endpoints
import gateway.auth.endpoints
import gateway.calls.challenge_endpoints
import gateway.calls.endpoints
import gateway.calls.internal_endpoints
import gateway.calls.refusal_endpoints
import gateway.calls.scanner_endpoints
import gateway.campaigns.act_endpoints
import gateway.campaigns.attempt_endpoints
import gateway.campaigns.contact_endpoints
import gateway.campaigns.contact_import_endpoints
import gateway.campaigns.endpoints
import gateway.campaigns.internal_endpoints
import gateway.campaigns.record_endpoints
import gateway.campaigns.watch_endpoints
import gateway.capture.endpoints
import gateway.carrier_webhooks.endpoints
import gateway.costs.endpoints
import gateway.gate.endpoints
import gateway.privacy.endpoints
import gateway.recording.consent_endpoints
import gateway.recording.endpoints
import gateway.recording.internal_endpoints
import gateway.supervision.endpoints
import gateway.transfers.call_endpoints
import gateway.transfers.endpoints
import gateway.transfers.offer_endpoints
import gateway.trunk_test.endpoints
import gateway.webhooks.delivery_endpoints
import gateway.webhooks.endpoints
import trunks.accounts.endpoints
import trunks.accounts.shelf_endpoints
import trunks.accounts.trunk_endpoints
import trunks.endpoints
import trunks.number_endpoints
import trunks.routes.endpoints

PUBLIC: tuple[APIRouter, ...] = (
    trunks.accounts.endpoints.router,
    trunks.accounts.shelf_endpoints.router,
    trunks.accounts.trunk_endpoints.router,
    gateway.apply.endpoints.router,
    gateway.apply.template_endpoints.router,
    trunks.number_endpoints.router,
    trunks.endpoints.inbound,
    trunks.endpoints.outbound,
    trunks.routes.endpoints.router,
    gateway.trunk_test.endpoints.router,
    dispatch_rules.endpoints.router,
    agents.endpoints.router,
    agents.version_endpoints.router,
    agents.tool_secrets.endpoints.router,
    gateway.transfers.endpoints.router,
    gateway.calls.endpoints.router,
    gateway.costs.endpoints.router,
    gateway.carrier_webhooks.endpoints.router,
    gateway.supervision.endpoints.router,
    gateway.recording.endpoints.router,
    gateway.recording.consent_endpoints.router,
    compliance.recordings.endpoints.router,
    gateway.capture.endpoints.router,
    gateway.transfers.call_endpoints.router,
    gateway.transfers.offer_endpoints.router,
    compliance.screening.endpoints.router,
    compliance.screening.list_endpoints.router,
    gateway.gate.endpoints.router,
    gateway.campaigns.endpoints.router,
    gateway.campaigns.contact_endpoints.router,
    gateway.campaigns.contact_import_endpoints.router,
    gateway.campaigns.act_endpoints.router,
    gateway.campaigns.watch_endpoints.router,
    gateway.campaigns.attempt_endpoints.router,
    gateway.campaigns.record_endpoints.router,
    compliance.do_not_call.endpoints.router,
    compliance.do_not_call.list_endpoints.router,
    compliance.do_not_call.list_endpoints.holidays,
    compliance.do_not_call.consent_endpoints.router,
    gateway.calls.refusal_endpoints.router,
    gateway.calls.scanner_endpoints.router,
    gateway.webhooks.endpoints.router,
    gateway.webhooks.delivery_endpoints.router,
    compliance.stir_shaken.endpoints.router,
    gateway.auth.endpoints.router,
    compliance.ledger.endpoints.router,
    compliance.privacy.endpoints.router,
    gateway.privacy.endpoints.router,
)
INTERNAL: tuple[APIRouter, ...] = (
    gateway.calls.internal_endpoints.router,
    gateway.calls.challenge_endpoints.router,
    gateway.recording.internal_endpoints.router,
    agents.endpoints.internal,
    agents.tool_secrets.endpoints.internal,
    agents.transfer_endpoints.internal,
    agents.capture_endpoints.internal,
    gateway.campaigns.internal_endpoints.internal,
)
# read as they come, and never held as a whole
LONGER_BODIES = {
    compliance.do_not_call.list_endpoints.LISTS: 32 * 1024 * 1024,
    compliance.screening.endpoints.IMPORTS: 32 * 1024 * 1024,
    compliance.screening.list_endpoints.LISTS: 32 * 1024 * 1024,
    gateway.campaigns.contact_import_endpoints.IMPORTS: gateway.campaigns.contact_import_endpoints.LONGEST_FILE,
}
PROVISIONED = ("/v1/numbers", "/v1/inbound-trunks", "/v1/outbound-trunks", "/v1/dispatch-rules")
