"""An index of the words of transactions, which finds fragments of words.

A transaction has the different words of its texts (`words`), and the collection `search_words` has each word
once, with its ends: "amazon" with "amazon", "mazon", "azon" and so on, of which the first characters are
enough. A fragment is found at the beginning of an end, so its words are read from an index, and then the
transactions with these words from another one. What is found so may be too much, so the texts are compared
too; it is never too little:

* `search_words` has a word before any transaction has it in `words`, and keeps it.
* A write that changes texts removes `words` (`services/mongo/marking.py`). Such a transaction, and one that
  was just added, is searched in its texts until its words are stored, and these are stored only if its texts
  are still those they were taken from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, OperationFailure

from src.domain import LOCAL_OWNER
from src.domain.transactions import HistoryFilter
from src.services.mongo.client import Database, Document, guarded, unconfirmed
from src.services.mongo.marking import SEARCHED, WORDS
from src.services.search.text import composed, folded, searched_words, words_of

_END = 8
"""Characters of an end that are stored; a longer fragment is compared with the word itself."""
_MOST_WORDS = 3000
"""A fragment that more words contain is not looked up in the index."""
_LOOKED_UP = 4
"""Words of a search, the longest ones; the others are compared with the texts alone."""
_MOST_ROWS = 10_000
"""Counted to know which word of a search is the rarest."""
_BATCH = 1000
_LAST = "\U0010ffff"
_DUPLICATE = 11000
WITHOUT_WORDS: Document = {"owner": LOCAL_OWNER, WORDS: None}


class SearchIndex:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._ready = False

    @guarded
    def narrowed(self, where: HistoryFilter) -> HistoryFilter:
        """The same filter, with the stored words that contain the words of its `q`. Raises Unavailable."""
        if not self._is_ready():
            return where
        named = {word: keys for word, keys in where.merchants_named if keys}
        words = sorted(searched_words(where.q or ""), key=len, reverse=True)
        contained = [self._containing(word, named.get(word, ())) for word in words[:_LOOKED_UP]]
        known = [containing for containing in contained if containing is not None]
        if len(known) > 1:
            known.sort(key=self._rows)
        are_equal = len(known) == len(words) and not named and folded(composed(where.q or "")).isascii()
        return replace(where, stored_words=tuple(map(tuple, known)), words_are_equal=are_equal)

    def _is_ready(self) -> bool:
        """After an upgrade, making the index of a large ledger takes a while."""
        if not self._ready:
            with suppress(OperationFailure):
                self._database.transactions.find_one(
                    {"owner": LOCAL_OWNER, WORDS: ""}, {"_id": 1}, hint=WORDS
                )
                self._ready = True
        return self._ready

    def _containing(self, word: str, merchants: Collection[str]) -> list[str] | None:
        """The stored words with this one in them, and one of each of the merchants; None if very many."""
        fragment = folded(composed(word))
        begins = {"$gte": fragment[:_END], "$lt": fragment[:_END] + _LAST}
        query: Document = {"_id.owner": LOCAL_OWNER, "ends": {"$elemMatch": begins}}
        if len(fragment) > _END:
            query["_id.word"] = {"$regex": re.escape(fragment)}
        matches = self._database.search_words.find(query, {"ends": 0}).limit(_MOST_WORDS + 1)
        words = [document["_id"]["word"] for document in matches]
        if len(words) > _MOST_WORDS:
            return None
        of_merchants = [word for key in merchants for word in folded(key).split()[:1]]
        return [*words, *of_merchants]

    def _rows(self, words: Sequence[str]) -> int:
        query = {"owner": LOCAL_OWNER, WORDS: {"$in": words}}
        return int(self._database.transactions.count_documents(query, limit=_MOST_ROWS))

    @guarded
    def refresh(self) -> int:
        """Store the words of the transactions that have none yet; returns their number. Raises Unavailable.

        Safe to repeat, to interrupt, and in several processes.
        """
        transactions, refreshed = self._database.transactions, 0
        while rows := list(transactions.find(WITHOUT_WORDS, dict.fromkeys(SEARCHED, 1)).limit(_BATCH)):
            words = [words_of(row) for row in rows]
            self.learn(words)
            updates = [
                UpdateOne({**WITHOUT_WORDS, **_texts_of(row)}, {"$set": {WORDS: of_row}})
                for row, of_row in zip(rows, words, strict=True)
            ]
            refreshed += transactions.bulk_write(updates, ordered=False).modified_count
        return refreshed

    def prepare(self, documents: Sequence[Document]) -> None:
        """Before many are added: with their words, so that each is written once."""
        for document in documents:
            document[WORDS] = words_of(document)
        self.learn(document[WORDS] for document in documents)

    def learn(self, words: Iterable[Iterable[str]]) -> None:
        """Store those words that are not known yet."""
        collection, wanted = self._database.search_words, sorted(set().union(*words))
        for start in range(0, len(wanted), _BATCH):
            ids = [{"owner": LOCAL_OWNER, "word": word} for word in wanted[start : start + _BATCH]]
            stored = {row["_id"]["word"] for row in collection.find({"_id": {"$in": ids}}, {"_id": 1})}
            new = [{"_id": own, "ends": _ends(own["word"])} for own in ids if own["word"] not in stored]
            try:
                if new:
                    collection.insert_many(new, ordered=False)
            except BulkWriteError as error:
                others = [write for write in error.details["writeErrors"] if write["code"] != _DUPLICATE]
                if others or unconfirmed(error):
                    raise


def _ends(word: str) -> list[str]:
    return sorted({word[start : start + _END] for start in range(len(word))})


def _texts_of(row: Document) -> Document:
    """Of a document with its texts, as a query."""
    return {"_id": row["_id"], **{name: {"$eq": row.get(name)} for name in SEARCHED}}
