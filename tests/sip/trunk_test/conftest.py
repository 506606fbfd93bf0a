"""A caller and desks, as transfers have them, for calls that go by route."""

from __future__ import annotations

from tests.sip.transfers.conftest import caller, kept, wish  # noqa: F401 - fixtures
from tests.sip.transfers.test_cold import desk  # noqa: F401 - a fixture
