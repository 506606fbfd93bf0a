"""Which tokeniser the settings name."""

from __future__ import annotations

from compliance.capture.tokeniser import Tokeniser
from compliance.capture.tokenisers.https import HttpsTokeniser
from compliance.capture.tokenisers.stripe import StripeTokeniser
from compliance.capture.tokenisers.test_vault import TestVault
from gateway.kernel.errors import BadInput, SetupError
from gateway.net.outside import Outside, read_url
from gateway.settings import CaptureSettings


def tokeniser_of(settings: CaptureSettings) -> Tokeniser | None:
    """None when none is named: then nothing is captured. Raises SetupError for settings that do not go together."""
    secret = settings.secret.get_secret_value()
    match settings.tokeniser:
        case "":
            return None
        case "test_vault":
            return TestVault()
        case "stripe":
            if not secret:
                raise SetupError(
                    "Stripe needs a key", todo="set GATEWAY_CAPTURE__SECRET to a secret key of the account"
                )
            return StripeTokeniser(secret, _outside(settings, settings.url), url=settings.url)
        case "https":
            if not settings.url:
                raise SetupError("the tokeniser has no address", todo="set GATEWAY_CAPTURE__URL")
            return HttpsTokeniser(settings.url, secret, _outside(settings, settings.url))


def _outside(settings: CaptureSettings, url: str) -> Outside:
    outside = Outside(settings.networks, settings.ca_file)
    try:
        if url and read_url(url).scheme != "https":
            raise BadInput("card data goes over https only")
    except BadInput as error:
        raise SetupError(f"GATEWAY_CAPTURE__URL: {error.detail}", todo="write https://host/path") from error
    return outside
