"""The collections of the database: what one document of each is, and the indexes.

The fields of a transaction are named in `services/transactions/documents.py`, those of every other document
in the service that writes it.
"""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel


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
        # The merchant memory: the newest answers for a merchant, read from the index alone.
        _index("owner", "merchant", "-label.at", "label.category", "value", "label.source"),
        _index("owner", "confidence", "_id", where={"needs_review": True}, name="waiting_for_an_answer"),
        # An imported transaction has a key, which no other transaction has.
        _index("owner", "key", where=_present("key"), unique=True),
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
    ],
    "acts": [
        _index("owner", "-at", "-_id"),
        _index("owner", "kind", "at", where={"rows": None}, name="unfinished"),
    ],
    "imports": [_index("-created_at")],
    "import_rejects": [_index("import", "row", unique=True)],
    "deleted_transactions": [_index("owner", "key"), _index("acts"), _index("document.import")],
    "answers_aside": [_index("owner", "key", unique=True)],
    "import_profiles": [_index("owner", "layout", unique=True)],
    "deliveries": [
        _index("due_at", where={"status": "waiting"}),
        _index("status", "-finished_at"),
        _index("keys"),
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
}

SUPERSEDED = {"transactions": ["owner_1_merchant_1_label.at_-1_label.category_1_value_1"]}
"""Indexes of earlier versions that another one has replaced."""


class Collections:
    """The collections by name, for `Database`."""

    def collection(self, name: str) -> Any:
        raise NotImplementedError

    @property
    def transactions(self) -> Any:
        """One document is the whole life of one transaction."""
        return self.collection("transactions")

    @property
    def deleted_transactions(self) -> Any:
        """The document of each transaction that a person deleted, for undo and to recognize it in imports."""
        return self.collection("deleted_transactions")

    @property
    def answers_aside(self) -> Any:
        """The answers to transactions of an undone import, until the transactions are imported again."""
        return self.collection("answers_aside")

    @property
    def acts(self) -> Any:
        """What a person did that can be undone."""
        return self.collection("acts")

    @property
    def categories(self) -> Any:
        """Own, changed and merged categories; the shipped ones are not stored."""
        return self.collection("categories")

    @property
    def imports(self) -> Any:
        return self.collection("imports")

    @property
    def import_rejects(self) -> Any:
        """One document per row of a file that could not be imported."""
        return self.collection("import_rejects")

    @property
    def import_profiles(self) -> Any:
        """The confirmed column mapping of a file layout."""
        return self.collection("import_profiles")

    @property
    def deliveries(self) -> Any:
        """The outbox for Firefly III."""
        return self.collection("deliveries")

    @property
    def training_runs(self) -> Any:
        return self.collection("training_runs")

    @property
    def models(self) -> Any:
        """The versions of the model, and the pointers to the champion and to the shadow."""
        return self.collection("models")

    @property
    def refusals(self) -> Any:
        """Models that were not promoted, with their reasons."""
        return self.collection("refusals")

    @property
    def locks(self) -> Any:
        return self.collection("locks")

    @property
    def states(self) -> Any:
        """What one process notes for the others, such as whether MLflow answers."""
        return self.collection("states")
