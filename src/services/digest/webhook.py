"""Posts entries of the feed to WEBHOOK_URL."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass

import requests
from pydantic import SecretStr
from urllib3.exceptions import HTTPError

from src.domain.deliveries import Message
from src.errors import InvalidInput, Unavailable

SIGNATURE, DELIVERY = "X-Ledgerloop-Signature", "X-Ledgerloop-Delivery"
_TIMEOUT_S = (4, 10)
"""To connect; between two bytes of the answer."""
_REFUSED = frozenset({400, 409, 413, 415, 422})
"""Sending the same again would not help."""


@dataclass(frozen=True)
class Webhook:
    """Follows no redirects, so an entry is sent only to WEBHOOK_URL."""

    url: str
    secret: SecretStr

    def send(self, message: Message) -> None:
        """The text is the body, in JSON. Raises Unavailable, InvalidInput if the receiver refuses it."""
        body = message.text.encode()
        try:
            with requests.post(
                self.url,
                data=body,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": "Ledgerloop",
                    SIGNATURE: signature(self.secret.get_secret_value(), body, int(time.time())),
                    DELIVERY: ",".join(message.entries) or "test",
                },
                auth=lambda request: request,  # else a .netrc file would add a password
                timeout=_TIMEOUT_S,
                allow_redirects=False,
                stream=True,  # the answer's body is not read
            ) as response:
                status = response.status_code
        except (requests.RequestException, HTTPError) as error:  # an invalid host is not wrapped
            raise Unavailable(f"The webhook did not answer ({type(error).__name__}).") from None
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise Unavailable("The webhook answers with a redirect; WEBHOOK_URL must be its final address.")
        raise (InvalidInput if status in _REFUSED else Unavailable)(f"The webhook answered with {status}.")


def signature(secret: str, body: bytes, at: int) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 of the time, a point and the body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
