"""The certificate server of these tests."""

from tests.integration.stir.setting import serve

__all__ = ["serve"]
