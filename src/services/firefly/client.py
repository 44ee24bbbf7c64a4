"""Firefly III's API: read a transaction's splits and change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from src.domain.deliveries import FireflySplit, FireflySplitChange
from src.errors import InvalidInput, NotFound, Unavailable

_TIMEOUT_S = (4, 10)
"""To connect; between two bytes of the answer."""


class _Bearer(AuthBase):
    """Passed as `auth` rather than as a header, so that a .netrc file does not replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class FireflyIII:
    """Follows no redirects, so the token is sent only to FIREFLY_URL."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._auth = _Bearer(token)

    def splits(self, group: str) -> list[FireflySplit]:
        """Every split of a transaction. Raises NotFound, InvalidInput, Unavailable."""
        try:
            splits = self._request("GET", group).json()["data"]["attributes"]["transactions"]
            return [
                FireflySplit(
                    journal_id=str(split["transaction_journal_id"]),
                    category=split.get("category_name") or None,
                    tags=tuple(str(tag) for tag in split.get("tags") or ()),
                )
                for split in splits
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("The server at FIREFLY_URL does not answer like Firefly III.") from error

    def change(self, group: str, changes: Sequence[FireflySplitChange]) -> None:
        """changes: every split of the transaction, because Firefly III deletes the splits left out.

        No webhooks are called, so there is no loop, and no rules are run.
        Raises NotFound, InvalidInput if it refuses, Unavailable.
        """
        splits = []
        for change in changes:
            tags = None if change.tags is None else list(change.tags)
            new = {"category_name": change.category, "tags": tags}
            values = {name: value for name, value in new.items() if value is not None}
            splits.append({"transaction_journal_id": change.journal_id, **values})
        body = {"fire_webhooks": False, "apply_rules": False, "transactions": splits}
        self._request("PUT", group, body)

    def _request(self, method: str, group: str, body: Any = None) -> requests.Response:
        try:
            response = requests.request(
                method,
                f"{self._url}/api/v1/transactions/{quote(group, safe='')}",
                json=body,
                headers={"Accept": "application/json"},
                auth=self._auth,
                timeout=_TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unavailable(f"Firefly III did not answer ({type(error).__name__}).") from error
        _check(response.status_code)
        return response


def _check(status: int) -> None:
    if status == 404:
        raise NotFound("Firefly III has no such transaction.")
    if status in (401, 403):
        raise Unavailable("Firefly III does not accept FIREFLY_TOKEN.")
    if status in (400, 422):
        raise InvalidInput("Firefly III refused the change.")
    if 300 <= status < 400:
        raise Unavailable("Firefly III answers with a redirect; FIREFLY_URL must be its final address.")
    if status != 200:
        raise Unavailable(f"Firefly III answered with status {status}.")
