"""The rows of a backup as JSON lines and CSV.

The text is put together from the values as they are stored: encoding an object for each row takes three times
as long. `components/bank_files/own_export/record.py` reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from src.domain.exports import (
    PlainEdit,
    PlainFeedback,
    PlainInput,
    PlainMark,
    PlainPrediction,
    PlainSplit,
    PlainTransaction,
)
from src.domain.models import MODEL_NAME
from src.domain.money import amount_text
from src.domain.predictions import Band
from src.domain.spreadsheet_cells import escape_formula
from src.domain.transactions import Status
from src.web.exports.backup import BackupRow
from src.web.shared.labels import reason_text

COLUMNS = (
    "id date description merchant subcategory amount currency direction mode "
    "account counterparty notes mcc tags "
    "category status predicted confidence band decided_by created_at model_version source audit fingerprint "
    "key transfer refund_of doubt splits feedback predictions own_categories edits links setup"
).split()
"""Of the CSV and of Parquet: one row per transaction, its answers and predictions at the end."""

_FALSE_AND_TRUE = ("false", "true")
_MODEL = f'"model":{{"name":"{MODEL_NAME}","version":'
_TO_QUOTE = re.compile('[",\r\n]').search
_SHORTEST_TO_QUOTE = 3
"""Of a list or object: `[]` needs no quotes."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def heading() -> str:
    return ",".join(COLUMNS) + "\r\n"


def json_lines(rows: Sequence[BackupRow]) -> str:
    return "".join(map(_json_line, rows))


def csv_lines(rows: Sequence[BackupRow]) -> str:
    return "".join(map(_csv_line, rows))


def needs_review(row: PlainTransaction) -> bool:
    """As the property of StoredTransaction."""
    is_uncertain = (
        row["status"] == Status.PREDICTED.value and row["predictions"][-1]["band"] != Band.AUTO.value
    )
    return is_uncertain and not (row.get("transfer") or row.get("refund_of"))


def _json_line(backup: BackupRow) -> str:
    row = backup.row
    newest = row["predictions"][-1]
    return (
        f'{{"id":"{row["id"]}","category":{_word(row["category"])},"status":"{row["status"]}",'
        f'"needs_review":{_FALSE_AND_TRUE[needs_review(row)]},"predicted":{_word(newest["category"])},'
        f'"confidence":{round(newest["confidence"], 6)!r},"band":"{newest["band"]}",'
        f'"decided_by":"{newest["decided_by"]}",{_MODEL}{_word(newest["model_version"])}}},'
        f'"feedback":{_feedback(row["feedback"])},"created_at":"{_time(row["created_at"])}",'
        f'"transfer":{_word(row.get("transfer"))},"refund_of":{_word(row.get("refund_of"))},'
        f'"transaction":{_input(row)},"splits":{_splits(row)},"source":{_word(row["source"])},'
        f'"audit":{_FALSE_AND_TRUE[row.get("audit", False)]},"fingerprint":{_text(row["fingerprint"])},'
        f'"key":{_text(row.get("key"))},"doubt":{_doubt(row.get("doubt")) or "null"},'
        f'"predictions":{_predictions(row["predictions"])},"own_categories":{_items(backup.own_categories)},'
        f'"edits":{_edits(row.get("edits"))},"links":{_items(backup.links)},'
        f'"setup":{_object(backup.setup)}}}\n'
    )


def _csv_line(backup: BackupRow) -> str:
    """In the order of COLUMNS."""
    row = backup.row
    newest = row["predictions"][-1]
    return (
        f"{row['id']},{_day(row['date'])},{_cell(row['description'])},{_same_cell(row['merchant'])},"
        f"{_same_cell(row['subcategory'])},{amount_text(row['amount'], row['currency'])},"
        f"{_same_cell(row['currency'])},{row['direction']},{_same_cell(row['mode'])},"
        f"{_same_cell(row.get('account'))},{_same_cell(row.get('counterparty'))},"
        f"{_same_cell(row.get('notes'))},{_same_cell(row.get('mcc'))},{_json_cell(_tags(row))},"
        f"{_same_cell(row['category'])},{row['status']},{_same_cell(newest['category'])},"
        f"{round(newest['confidence'], 6):.4f},{newest['band']},{newest['decided_by']},"
        f"{_time(row['created_at'])},{_same_cell(newest['model_version'])},{_same_cell(row['source'])},"
        f"{_FALSE_AND_TRUE[row.get('audit', False)]},{_cell(row['fingerprint'])},{_cell(row.get('key'))},"
        f"{row.get('transfer') or ''},{row.get('refund_of') or ''},{_json_cell(_doubt(row.get('doubt')))},"
        f"{_json_cell(_splits(row))},{_json_cell(_feedback(row['feedback']))},"
        f"{_json_cell(_predictions(row['predictions']))},{_json_cell(_items(backup.own_categories))},"
        f"{_json_cell(_edits(row.get('edits')))},{_json_cell(_items(backup.links))},"
        f"{_json_cell(_encode(backup.setup)) if backup.setup else ''}\r\n"
    )


def _cell(value: str | None) -> str:
    """As the module `csv` writes it, which takes longer for a whole line."""
    if not value:
        return ""
    cell = escape_formula(value)
    return _quoted(cell) if _TO_QUOTE(cell) else cell


_same_cell = lru_cache(4096)(_cell)
"""Of texts that many rows share."""


def _json_cell(value: str) -> str:
    return value if len(value) < _SHORTEST_TO_QUOTE else _quoted(value)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@lru_cache(1024)
def _day(at: datetime) -> str:
    return at.isoformat()[:10]


@lru_cache(1024)
def _time(at: datetime) -> str:
    """Of a time without a time zone, as `utc_text` in `web/shared/fields.py` of one with."""
    return f"{at.isoformat(timespec='milliseconds')}Z"


def _text(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


_word = lru_cache(4096)(_text)
"""As `_same_cell`."""


def _time_or_null(at: datetime | None) -> str:
    return "null" if at is None else f'"{_time(at)}"'


def _object(value: object | None) -> str:
    return "null" if value is None else _encode(value)


def _items(items: Sequence[Any]) -> str:
    return _encode(items) if items else "[]"


def _input(row: PlainInput) -> str:
    get = row.get
    return (
        f'{{"description":{_text(row["description"])},"merchant":{_word(row["merchant"])},'
        f'"amount":"{amount_text(row["amount"], row["currency"])}","currency":{_word(row["currency"])},'
        f'"date":"{_day(row["date"])}","mode":{_word(row["mode"])},'
        f'"subcategory":{_word(row["subcategory"])},"direction":"{row["direction"]}",'
        f'"account":{_word(get("account"))},"counterparty":{_word(get("counterparty"))},'
        f'"notes":{_word(get("notes"))},"mcc":{_word(get("mcc"))},"tags":{_tags(row)}}}'
    )


def _tags(row: PlainInput) -> str:
    return _items(row.get("tags", ()))


def _splits(row: PlainInput) -> str:
    return _items([_split(split, row["currency"]) for split in row.get("splits", ())])


def _split(split: PlainSplit, currency: str) -> dict[str, str | None]:
    return {
        "amount": amount_text(split["amount"], currency),
        "category": split["category"],
        "notes": split["notes"],
    }


def _feedback(events: Sequence[PlainFeedback]) -> str:
    items = [
        f'{{"category":{_word(event["category"])},"at":"{_time(event["at"])}","act":{_text(event["act"])},'
        f'"source":"{event["source"]}"}}'
        for event in events
    ]
    return f"[{','.join(items)}]"


def _predictions(predictions: Sequence[PlainPrediction]) -> str:
    return f"[{','.join(map(_prediction, predictions))}]"


def _prediction(prediction: PlainPrediction) -> str:
    get = prediction.get
    alternatives = ",".join(
        [f"{_alternative(slug)}{probability!r}}}" for slug, probability in prediction["alternatives"]]
    )
    reasons = ",".join([f"{_reason(feature)}{weight!r}}}" for feature, weight in prediction["explanation"]])
    return (
        f'{{"category":{_word(prediction["category"])},"confidence":{prediction["confidence"]!r},'
        f'"band":"{prediction["band"]}","decided_by":"{prediction["decided_by"]}",'
        f'"model_version":{_word(prediction["model_version"])},"at":"{_time(prediction["at"])}",'
        f'"act":{_word(get("act"))},"alternatives":[{alternatives}],"explanation":[{reasons}],'
        f'"shadow":{_object(get("shadow"))},"rule":{_word(get("rule"))}}}'
    )


@lru_cache(4096)
def _alternative(slug: str) -> str:
    return f'{{"category":{encode_basestring(slug)},"probability":'


@lru_cache(16384)
def _reason(feature: str) -> str:
    return f'{{"feature":{encode_basestring(reason_text(feature))},"weight":'


def _doubt(mark: PlainMark | None) -> str:
    if mark is None:
        return ""
    return (
        f'{{"category":{_text(mark["category"])},"others":{_text(mark["others"])},'
        f'"wholesale":{_FALSE_AND_TRUE[mark["wholesale"]]},"label_at":"{_time(mark["label_at"])}",'
        f'"found_at":"{_time(mark["found_at"])}","vouched_at":{_time_or_null(mark["vouched_at"])}}}'
    )


def _edits(edits: Sequence[PlainEdit] | None) -> str:
    return f"[{','.join(map(_edit, edits))}]" if edits else "[]"


def _edit(edit: PlainEdit) -> str:
    before, after = edit["before"], edit["after"]
    return (
        f'{{"act":{_text(edit["act"])},"at":"{_time(edit["at"])}","before":{_input(before)},'
        f'"after":{_input(after)},"splits_before":{_splits(before)},"splits_after":{_splits(after)},'
        f'"undone_at":{_time_or_null(edit.get("undone_at"))}}}'
    )
