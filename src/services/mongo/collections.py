"""The collections of the database: what one document of each is, and the indexes.

The fields of a transaction are named in `services/transactions/documents.py`, those of every other document
in the service that writes it.
"""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from src.services.mongo.basis_changes import NotedCollection
from src.services.mongo.marking import MARK, WORDS, MarkedTransactions

BASIS_CHANGES = "basis_changes"
"""One document: the changes of what predictions depend on, as `basis_changes.py` notes them."""
CHAMPION, SHADOW = "champion", "shadow"
"""Ids in `models` of the pointers to the champion and to the shadow model; a version has `version:N`."""


def _index(*fields: str, where: dict[str, Any] | None = None, **options: Any) -> IndexModel:
    """fields: a minus before the name means descending. where: the index holds only these documents."""
    keys = [(field.lstrip("-"), DESCENDING if field[0] == "-" else ASCENDING) for field in fields]
    return IndexModel(keys, **({"partialFilterExpression": where} if where else {}), **options)


def _present(field: str) -> dict[str, Any]:
    return {field: {"$exists": True}}


INDEXES: dict[str, list[IndexModel]] = {
    "transactions": [
        _index("owner", "-date", "-_id"),
        _index("owner", "-value", "-_id"),
        _index("owner", "confidence", "_id"),
        _index("owner", "category", "-date", "-_id"),
        _index("owner", "account", "-date", "-_id", where=_present("account")),
        _index("owner", "counterparty", "-date", "-_id", where=_present("counterparty")),
        _index(
            "owner", "counterparty", "merchant", where=_present("counterparty"), name="merchants_of_a_party"
        ),
        _index("owner", "splits.category", "-date", "-_id", where=_present("splits")),
        _index("owner", "tags", "-date", "-_id", where=_present("tags")),
        _index("owner", "mcc", "-date", "-_id", where=_present("mcc")),
        _index("owner", "merchant", "-date", "-_id"),
        # All sums of the merchants' pages, and the payments of each merchant, read from the index alone.
        _index(
            *("owner", "merchant", "currency", "direction", "category", "amount", "date"),
            *("transfer", "refund_of", "_id"),
            name="merchant_payments",
        ),
        _index("owner", "currency", "-date", "-_id"),
        # The less frequent types and states.
        _index("owner", "direction", "-date", "-_id", where={"direction": {"$gt": "expense"}}, name="types"),
        _index("owner", "status", "-date", "-_id", where={"status": {"$lt": "predicted"}}, name="answered"),
        _index("owner", "import", "-date", "-_id", where=_present("import")),
        # The merchant memory: the newest answers for a merchant, read from the index alone.
        _index("owner", "merchant", "-label.at", "label.category", "value", "label.source"),
        _index("owner", "confidence", "_id", where={"needs_review": True}, name="waiting_for_an_answer"),
        # The groups of the review, read from the index alone.
        _index(
            *("owner", "needs_review", "merchant", "direction", "currency", "date", "amount", "confidence"),
            *("category", "account", "_id"),
            where={"needs_review": True},
            name="groups_that_wait",
        ),
        # How many of a merchant were categorized automatically, counted from the index alone.
        _index(
            *("owner", "merchant", "direction", "status", "needs_review"),
            where={"status": "predicted", "needs_review": False},
            name="others_of_a_group",
        ),
        # An imported transaction has a key, which no other transaction has.
        _index("owner", "key", where=_present("key"), unique=True),
        # Equal transactions, of all accounts, and those whose account a later import has set.
        _index("owner", "content", where=_present("content")),
        _index("account_from.import", where=_present("account_from")),
        # The transactions of an import, and how many of them a person has answered.
        _index("import", "label.source", where=_present("import")),
        # Transactions that are also in this import, and those that an undone import passed on.
        _index("also_in", where=_present("also_in")),
        _index("passed_on_by", where=_present("passed_on_by")),
        # The payment methods in use, which several pages offer.
        _index("owner", "mode"),
        # The newest transactions and the newest answers, for drift detection.
        _index("owner", "-created_at", "-_id"),
        _index("owner", "-label.at", where=_present("label.at")),
        _index("owner", "-_id", where={"audit": True, "status": "predicted"}, name="random_checks"),
        _index("owner", "_id", where=_present("doubt.label_at"), name="asked_again"),
        _index("feedback.act", where=_present("feedback.act")),
        _index("predictions.act", where=_present("predictions.act")),
        # The refunds of a purchase, and the ends of own transfers.
        _index("owner", "refund_of", where=_present("refund_of")),
        _index("owner", "transfer", where=_present("transfer")),
        # The balances of the accounts, summed from the index alone; and the rows of a merged account.
        _index("owner", "account", "currency", "direction", "amount", where=_present("account")),
        _index("moved.act", where=_present("moved.act")),
        # The other end of an own transfer, a merchant's refunds, and what was edited since.
        _index("owner", "currency", "amount", "direction", "date"),
        _index("owner", "merchant", "date", where={"direction": "income"}, name="incomes_of_a_merchant"),
        _index("owner", "edits.at", where=_present("edits.at")),
        _index("edits.act", where=_present("edits.act")),
        # How many transactions each rule decided, counted from the index alone.
        _index("owner", "rule.id", "status", "rule.at", where=_present("rule.id")),
        # The words of the texts, which a search reads in the order of the list.
        _index("owner", WORDS, "-date", "-_id", name=WORDS),
        # What the month totals must count again, month by month.
        _index("owner", "currency", "date", where=_present(MARK), name="uncounted"),
    ],
    "month_totals": [
        # The months, with what is needed to plan a read, from the index alone.
        _index(
            *("owner", "starts", "kind", "currency", "period"),
            *("version", "rows", "first", "last"),
            name="heads",
        ),
    ],
    "search_words": [_index("_id.owner", "ends")],
    "transfers": [
        _index("owner", "kind", "status", "-date", "-_id", where={"shown": True}, name="shown"),
        _index("out"),
        _index("in"),
        # A transaction is in at most one link that is in effect; only a purchase can have several refunds.
        _index(
            *("owner", "out"),
            where={"shown": True, "status": "paired", "kind": "transfer"},
            unique=True,
            name="one_transfer_out",
        ),
        _index("owner", "in", where={"shown": True, "status": "paired"}, unique=True, name="one_link_in"),
        # Of two refunds that are linked to a purchase at once, one is the first.
        _index("owner", "out", "order", where=_present("order"), unique=True, name="order_of_refunds"),
        _index("owner", "unsettled_at", where=_present("unsettled_at")),
    ],
    "acts": [
        _index("owner", "-at", "-_id"),
        _index("owner", "kind", "at", where={"rows": None}, name="unfinished"),
    ],
    "review_skips": [_index("owner", "key", unique=True)],
    "recurring": [_index("owner", "key", unique=True), _index("owner", "transactions")],
    "recurring_found": [_index("owner", "run")],
    "dismissed_anomalies": [_index("owner", "key", unique=True)],
    "history_filters": [_index("owner", "name_key", unique=True)],
    "dismissed_rules": [_index("owner", "merchant", "category", unique=True)],
    "imports": [_index("-created_at")],
    "import_rejects": [_index("import", "row", unique=True)],
    "deleted_transactions": [
        _index("owner", "key"),
        _index("owner", "document.content", where=_present("document.content")),
        _index("acts"),
        _index("document.import"),
    ],
    "waiting_transactions": [_index("owner", "_id")],
    "answers_aside": [_index("owner", "key", unique=True)],
    "import_profiles": [_index("owner", "layout", unique=True)],
    "deliveries": [
        _index("due_at", where={"status": "waiting"}),
        _index("status", "-finished_at"),
        _index("keys"),
    ],
    "feed_entries": [
        _index("owner", "-created_at", "-_id"),
        _index("owner", "read_at", where={"read_at": None}, name="unread"),
        _index("owner", "waiting", "created_at", where=_present("waiting"), name="to_send"),
    ],
    "accounts": [
        # An account is known by one name, whatever the case, and by all its numbers.
        _index("owner", "name_key", where=_present("name_key"), unique=True),
        _index("owner", "numbers", where=_present("numbers"), unique=True),
        _index("owner", "former_keys", where=_present("former_keys")),
    ],
    "merchants": [
        _index("owner", "key", unique=True),
        _index("owner", "into", where=_present("into")),
        _index("owner", "learn", where=_present("learn")),
        _index("owner", "forgotten.at", where=_present("forgotten.at")),
        _index("owner", "name", where=_present("name")),
        _index("merged_by", where=_present("merged_by")),
        _index("forgotten.act", where=_present("forgotten.act")),
    ],
    "categories": [
        _index("owner", "slug", unique=True),
        # Two requests at once cannot use one name twice under different slugs.
        _index("owner", "name_key", where=_present("name_key"), unique=True),
    ],
    "training_runs": [
        _index("-requested_at"),
        # At most one run is queued or running, whatever the number of processes and hosts.
        _index("active", where={"active": True}, unique=True),
    ],
    "models": [_index("-created_at")],
    "refusals": [_index("owner", "-at")],
    "forecasts": [_index("owner", "kind", "currency", unique=True)],
}

SUPERSEDED = {
    "transactions": [
        "owner_1_merchant_1_label.at_-1_label.category_1_value_1",
        "merchant_sums",
        "groups_to_review",
        "waiting_groups",
    ],
}
"""Indexes of earlier versions that another one has replaced."""


class _Collection:
    """The collection with the attribute's name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, database: Any, owner: type) -> Any:
        return self if database is None else database.collection(self._name)


class _Transactions(_Collection):
    def __get__(self, database: Any, owner: type) -> Any:
        if database is None:
            return self
        notes = database.collection("stale_months")
        return MarkedTransactions(database.collection(self._name), notes, database.basis_changes)


class _Decisions(_Collection):
    """What a person decided, as far as predictions depend on it."""

    def __get__(self, database: Any, owner: type) -> Any:
        if database is None:
            return self
        return NotedCollection(database.collection(self._name), database.basis_changes, decisions=True)


class _Settings(_Collection):
    def __get__(self, database: Any, owner: type) -> Any:
        if database is None:
            return self
        return NotedCollection(database.collection(self._name), database.basis_changes, decisions=False)


class Collections:
    """The collections by name, for `Database`."""

    transactions = _Transactions()
    """One document is one transaction with all its predictions, answers and edits."""
    deleted_transactions = _Collection()
    """The document of each transaction that a person deleted, for undo and to recognize it in imports."""
    waiting_transactions = _Collection()
    """Added before there was a model; each is predicted and removed when there is one."""
    answers_aside = _Collection()
    """The answers to transactions of an undone import, until the transactions are imported again."""
    month_totals = _Collection()
    """The sums of each month, kept by `services/totals/`."""
    stale_months = _Collection()
    """Notes of months that the month totals must count again, as `marking.py` makes them."""
    quality_months = _Collection()
    """Derived: what the quality page counts, by month."""
    search_words = _Collection()
    """Derived: each word of the transactions, kept by `services/search/`."""
    transfers = _Collection()
    """The links between two transactions: own transfers, and purchases with their refunds."""
    acts = _Collection()
    """What a person did that can be undone."""
    bulk_work = _Collection()
    """Bulk changes that are not done yet."""
    accounts = _Decisions()
    """A person's own accounts, with those that were merged or deleted."""
    categories = _Decisions()
    """Own, changed and merged categories; the shipped ones are not stored."""
    review_skips = _Collection()
    """Groups of waiting transactions that a person has put off until a date."""
    recurring = _Collection()
    """What a person decided about recurring payments: names, and which are confirmed or have ended."""
    recurring_found = _Collection()
    """The recurring payments of a large ledger, as the analysis found them."""
    budgets = _Collection()
    """All budgets of a person, in one document."""
    limits = _Collection()
    """The finance rules that a person changed or added, in one document."""
    anomalies = _Collection()
    """What the newest analysis found unusual, in one document."""
    dismissed_anomalies = _Collection()
    """Unusual spending that a person said is fine."""
    anomaly_models = _Collection()
    """The forest that finds unusual amounts, with its hash; the newest one that was accepted is used."""
    merchants = _Decisions()
    """What a person decided about merchants: names, merges, and what is not learned."""
    rules = _Decisions()
    """All rules of a person, in one document."""
    dismissed_rules = _Collection()
    """Suggested rules that a person does not want."""
    history_filters = _Collection()
    """Filters of the history that a person saved under a name."""
    imports = _Collection()
    import_rejects = _Collection()
    """One document per row of a file that could not be imported."""
    import_profiles = _Collection()
    """The confirmed column mapping of a file layout."""
    deliveries = _Collection()
    """The outbox: what Firefly III and the channels of the feed wait for."""
    feed_entries = _Collection()
    """Alarms and monthly digests."""
    training_runs = _Collection()
    models = _Collection()
    """The versions of the model, and the pointers to the champion and to the shadow."""
    refusals = _Collection()
    """Models that were not promoted, with their reasons."""
    forecasts = _Collection()
    """Derived: of each currency the forecast, and the methods that the last training chose."""
    settings = _Settings()
    """The settings that a person has changed."""
    locks = _Collection()
    states = _Collection()
    """What one process notes for the others, such as whether MLflow answers."""
