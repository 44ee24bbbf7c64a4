"""Finds the columns of the own account, the other party, notes, merchant codes, tags and original amounts.

Only columns that nothing else uses are considered, so the description and the amounts stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from src.components.bank_files.entry import Cell, as_text
from src.components.bank_files.inference.amounts import unit_of
from src.components.bank_files.inference.cells import MOSTLY, Cells, is_amount_cell, is_date_cell
from src.components.bank_files.inference.headings import field_of, folded
from src.components.bank_files.inference.wording import is_direction
from src.components.bank_files.own_account import is_account_number
from src.components.bank_files.plan import ADDED_FIELDS, Field

_SHORTEST_JOINED = 8
_OWN_ACCOUNT = (
    "own account|own iban|account name|account label|accountlabel|account nickname|auftragskonto|"
    "iban auftragskonto|bezeichnung auftragskonto|kontobezeichnung|kontoname|nom du compte|"
    "libelle du compte|nombre de la cuenta|nome conto|nome da conta|rekening|rekeningnummer|"
    "eigen rekening|iban bban|naam rekening|nazwa rachunku|nazwa konta|cislo uctu|nazev uctu|"
    "szamla neve|название счета|номер карты|账户名称|口座名|계좌명"
)
"""Names that only the own account has."""
_ACCOUNT = (
    "account|account number|account no|account num|accountnum|account id|iban|card|card number|card no|"
    "wallet|product|konto|konto nr|kontonummer|kartennummer|compte|numero de compte|n compte|"
    "numero de carte|cuenta|numero de cuenta|numero cuenta|tarjeta|numero de tarjeta|conto|numero conto|"
    "conto corrente|rapporto|carta|conta|numero da conta|rachunek|numer rachunku|numer konta|numer karty|"
    "ucet|szamla|szamlaszam|tili|tilinumero|saskaita|konto numeris|hesap|hesap no|hesap numarasi|счет|"
    "номер счета|账户|账号|卡号|口座|口座番号|계좌|계좌번호"
)
"""Names that the own account may share with the other party's account, or with something else."""
_NAMES: Mapping[Field, str] = {
    Field.COUNTERPARTY: "counterparty|opposing account name|merchant name|payee name|other party",
    Field.NOTES: (
        "notes|note|memo|comment|comments|remark|remarks|notes and tags|user notes|notiz|notizen|bemerkung|"
        "bemerkungen|kommentar|commentaire|commentaires|nota|notas|comentario|comentarios|commento|note "
        "personali|observacao|observacoes|notitie|opmerking|opmerkingen|notatka|notatki|komentarz|poznamka|"
        "anteckning|kommentarer|muistiinpano|not|aciklama notu|заметка|заметки|комментарий|备注|備考|メモ|"
        "메모"
    ),
    Field.MCC: (
        "mcc|mcc code|merchant category code|merchant category|sic|sic code|code mcc|codigo mcc|"
        "mcc код|код mcc"
    ),
    Field.TAGS: (
        "tags|tag|labels|hashtags|schlagwort|schlagworte|schlagworter|etiquettes|etiquette|etiquetas|"
        "etiqueta|etichette|etiketten|etykiety|etykieta|stitky|stitek|cimkek|cimke|taggar|tagit|etiketler|"
        "теги|метки|标签|標籤|タグ|태그"
    ),
    Field.EFFECT: (
        "balance impact|auswirkung auf guthaben|impact sur le solde|impacto en el saldo|impacto no saldo|"
        "effetto sul saldo|impatto sul saldo|effect op saldo|wpływ na saldo"
    ),
    Field.ORIGINAL_AMOUNT: (
        "original amt|foreign amount|foreign currency amount|amount foreign currency|amount in foreign "
        "currency|amount in original currency|local amount|originalbetrag|ursprungsbetrag|"
        "fremdwährungsbetrag|betrag in fremdwährung|betrag fremdwährung|betrag in originalwährung|montant "
        "d origine|montant original|montant en devise|montant en devise étrangère|importe original|importe "
        "en divisa|importe divisa|importo originale|importo in valuta|valor original|oorspronkelijk bedrag|"
        "bedrag vreemde valuta|kwota oryginalna|kwota w walucie|originalbelopp"
    ),
    Field.ORIGINAL_CURRENCY: (
        "foreign currency|type foreign currency|currency foreign amount|local currency|originalwährung|"
        "fremdwährung|ursprungswährung|währung originalbetrag|devise d origine|devise étrangère|moneda "
        "original|divisa original|valuta originale|moeda original|oorspronkelijke valuta|vreemde valuta|"
        "waluta oryginalna|originalvaluta"
    ),
}


def _spellings(names: str) -> frozenset[str]:
    """The names, and those of several words as one word."""
    plain = [folded(name) for name in names.split("|")]
    return frozenset((*plain, *(name.replace(" ", "") for name in plain if len(name) > _SHORTEST_JOINED)))


_OWN = _spellings(_OWN_ACCOUNT)
_MAY_BE_OWN = _spellings(_ACCOUNT)
_FIELDS = {
    folded(name): field for field, names in _NAMES.items() for name in (field.value, *names.split("|"))
} | {folded(field.value): field for field in ADDED_FIELDS}
_ROWS_PER_ACCOUNT = 4
"""At least, on average: a column with more accounts is that of the other parties."""
_CELLS: Mapping[Field, Callable[[Cell], bool]] = {
    Field.MCC: lambda cell: len(text := as_text(cell).strip()) == 4 and text.isdecimal(),
    Field.EFFECT: is_direction,
    Field.ORIGINAL_AMOUNT: is_amount_cell,
    Field.ORIGINAL_CURRENCY: lambda cell: bool(unit_of(as_text(cell))),
}


def with_added_columns(
    names: Sequence[str], columns: Sequence[Field], cells: Cells | None
) -> tuple[Field, ...]:
    """`columns` with the fields of ADDED_FIELDS at positions that have no field yet.

    cells: None if the program that wrote the file is known, and so what its columns are.
    """
    complete = list(columns)
    if Field.STATUS in complete and Field.DATE in complete and Field.SECOND_DATE not in complete:
        dates = (at for at, name in enumerate(names[: len(columns)]) if field_of(name) is Field.DATE)
        for position in islice((at for at in dates if not complete[at]), 1):
            complete[position] = Field.SECOND_DATE
    for position, name in enumerate(names[: len(columns)]):
        if complete[position] or len(name) > 80:
            continue
        field = _field_of(folded(name), position, cells)
        if field and field not in complete and not _is_other_account(field, complete):
            complete[position] = field
    return tuple(complete)


def _field_of(name: str, position: int, cells: Cells | None) -> Field:
    if name in _OWN or name in _MAY_BE_OWN:
        if cells is None:
            return Field.ACCOUNT  # a number in it is recognized by `account_of`
        is_own = not cells.is_empty(position) if name in _OWN else _is_of_few_accounts(position, cells)
        is_number = cells.mostly(position, lambda cell: is_account_number(as_text(cell)))
        return (Field.ACCOUNT_NUMBER if is_number else Field.ACCOUNT) if is_own else Field.NOTHING
    field = _FIELDS.get(name, Field.NOTHING)
    fits = _CELLS.get(field)
    return Field.NOTHING if cells and fits and not cells.mostly(position, fits, MOSTLY) else field


def _is_of_few_accounts(position: int, cells: Cells) -> bool:
    """Whether the cells, none of them blank, are the same in most rows."""
    column = cells.columns[position]
    texts = {as_text(cell).strip() for cell in column}
    is_other = any(cells.mostly(position, fits) for fits in (is_date_cell, is_amount_cell))
    may_be_amount = is_other and not cells.mostly(position, lambda cell: is_account_number(as_text(cell)))
    return "" not in texts and not may_be_amount and len(texts) <= max(1, len(column) // _ROWS_PER_ACCOUNT)


def _is_other_account(field: Field, columns: Sequence[Field]) -> bool:
    """Whether the file shows the account by the direction already."""
    return field in (Field.ACCOUNT, Field.ACCOUNT_NUMBER) and Field.SOURCE in columns
