"""Firefly III's API: how a transaction stands there, and what of it is to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from src.domain.deliveries import Split, SplitChange
from src.errors import InvalidInput, NotFound, Unavailable

_TIMEOUT_S = (4, 10)
"""To connect, and between two bytes of the answer."""


class _Bearer(AuthBase):
    """As `auth`, and not a header, so that a .netrc of the machine does not replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class FireflyIII:
    """Follows no redirect, so the token goes to the address of the settings alone."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._auth = _Bearer(token)

    def splits(self, group: str) -> list[Split]:
        """Every split of a transaction. Raises NotFound where it is gone, InvalidInput, Unavailable."""
        try:
            found = self._ask("GET", group).json()["data"]["attributes"]["transactions"]
            return [_split(each) for each in found]
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("What answers at FIREFLY_URL does not speak as Firefly III does.") from error

    def change(self, group: str, changes: Sequence[SplitChange]) -> None:
        """Name every split of the transaction: Firefly III deletes those left out.

        Its webhooks stay silent, so that no loop begins, and its rules are not run.
        Raises NotFound, InvalidInput where it refuses, Unavailable.
        """
        body = {"fire_webhooks": False, "apply_rules": False, "transactions": [_said(one) for one in changes]}
        self._ask("PUT", group, body)

    def _ask(self, method: str, group: str, body: Any = None) -> requests.Response:
        url = f"{self._url}/api/v1/transactions/{quote(group, safe='')}"
        headers = {"Accept": "application/json"}
        try:
            response = requests.request(
                method,
                url,
                json=body,
                headers=headers,
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


def _split(found: dict[str, Any]) -> Split:
    tags = tuple(str(tag) for tag in found.get("tags") or ())
    return Split(str(found["transaction_journal_id"]), found.get("category_name") or None, tags)


def _said(change: SplitChange) -> dict[str, Any]:
    said: dict[str, Any] = {"transaction_journal_id": change.journal_id}
    if change.category is not None:
        said["category_name"] = change.category
    if change.tags is not None:
        said["tags"] = list(change.tags)
    return said
