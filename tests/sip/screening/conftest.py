"""What screening of real calls needs: numbers with terms, and calls of SIPp's."""

from __future__ import annotations

from tests.sip.trust.conftest import play  # noqa: F401 - a fixture
