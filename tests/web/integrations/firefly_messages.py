"""Messages in the documented form of Firefly III's webhooks, written by hand."""

import hashlib
import hmac
import json
import time

SECRET = "a-secret-of-24-characters"


def split(journal=251, **fields):
    return {
        "user": 1,
        "transaction_journal_id": journal,
        "type": "withdrawal",
        "date": "2026-03-04T00:00:00+01:00",
        "order": 0,
        "currency_id": 1,
        "currency_code": "EUR",
        "currency_symbol": "€",
        "currency_decimal_places": 2,
        "foreign_currency_id": None,
        "foreign_amount": None,
        "amount": "12.50",
        "description": "Corner market 4411",
        "source_id": 3,
        "source_name": "Checking",
        "source_iban": None,
        "source_type": "Asset account",
        "destination_id": 9,
        "destination_name": "Fresh Market",
        "destination_type": "Expense account",
        "budget_id": None,
        "category_id": None,
        "category_name": None,
        "bill_id": None,
        "reconciled": False,
        "notes": None,
        "tags": [],
        "has_attachments": False,
        **fields,
    }


def message(*splits, trigger="STORE_TRANSACTION", group=246, **fields):
    return {
        "uuid": "27db119a-c971-423f-9faf-cdae47367fc8",
        "user_id": 1,
        "trigger": trigger,
        "response": "TRANSACTIONS",
        "url": "https://ledgerloop.example/api/v1/webhooks/firefly-iii",
        "version": "v0",
        "content": {
            "id": group,
            "created_at": "2026-03-04T08:00:00+01:00",
            "updated_at": "2026-03-04T08:00:00+01:00",
            "user": 1,
            "group_title": None,
            "transactions": list(splits or [split()]),
            "links": [{"rel": "self", "uri": f"/transactions/{group}"}],
        },
        **fields,
    }


def encoded(body):
    """As PHP writes JSON: slashes escaped, no blanks."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def signed(raw, secret=SECRET, age_s=0):
    at = int(time.time() - age_s)
    digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha3_256).hexdigest()
    return {
        "Signature": f"t={at},v1={digest}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "FireflyIII/6.4.14",
    }


def deliver(client, body=None, **how):
    """Post it as Firefly III does: signed, with no Origin."""
    raw = encoded(message() if body is None else body)
    return client.post("/api/v1/webhooks/firefly-iii", data=raw, headers=signed(raw, **how))
