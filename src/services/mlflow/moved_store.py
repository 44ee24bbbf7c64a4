"""Corrects the file addresses of a local MLflow store whose folder was moved or restored elsewhere.

MLflow stores the absolute address of each file in its database.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)

_ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def rebase_artifact_paths(database: Path, experiment: str, location: str) -> bool:
    """Replace the old location of `experiment` by `location` in every address; returns whether it had moved.

    location: a `file:` URI. Nothing changes if the files are on another machine, as in an object store.
    The caller ensures that no other process does so at the same time.
    """
    if not database.exists():
        return False
    with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")  # all or nothing, even if this process is killed
        old = _location_of(store, experiment)
        moved = old is not None and old != location and old.startswith(("file:", "/"))
        if moved:
            for table, column in _ADDRESSES:
                _replace(store, table, column, old or "", location)
            log.info("MLflow store was moved; its file addresses were updated")
        store.execute("COMMIT")
    return moved


def _location_of(store: sqlite3.Connection, experiment: str) -> str | None:
    """None for a database that MLflow has not filled yet."""
    try:
        rows = store.execute("SELECT artifact_location FROM experiments WHERE name = ?", (experiment,))
    except sqlite3.OperationalError:
        return None
    row = rows.fetchone()
    return str(row[0]).rstrip("/") if row and row[0] else None


def _replace(store: sqlite3.Connection, table: str, column: str, old: str, new: str) -> None:
    columns = {row[1] for row in store.execute(f"PRAGMA table_info({table})")}
    if column in columns:  # other MLflow versions may lack it
        store.execute(
            f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608 - our own names
            f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
            (new, len(old) + 1, old, len(old) + 1, f"{old}/"),
        )
