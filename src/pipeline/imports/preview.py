"""Before an import: store the uploaded file, show how it would be read, and take answers and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.components.bank_files.entry import Preview
from src.components.bank_files.inference import headings
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.own_account import is_account_number
from src.components.bank_files.plan import Format, Plan, Sign
from src.components.dataset.demo_statement import year
from src.components.text.masking import mask
from src.domain.imports import Import, ImportStatus
from src.domain.preferences import Preferences
from src.errors import InvalidInput
from src.pipeline.accounts.names import known_account
from src.pipeline.imports.category_mapping import CategoryMapping, Choices, remembered
from src.pipeline.imports.own_accounts import OwnAccounts
from src.pipeline.imports.read_preview import ReadRequest, ReadResult, is_unchanged, read_preview
from src.pipeline.imports.recognition import Identities, Recognition, may_be_same

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.imports.repository import ImportProfiles, Imports
    from src.services.transactions.imported import ImportedTransactions

DEMO = "Demo: a year of made-up transactions"
_LONGEST_NAME = 120
Report = Callable[[float], None]


@dataclass(frozen=True)
class ImportPreview:
    imports: Imports
    profiles: ImportProfiles
    accounts: Accounts
    rows: ImportedTransactions
    account_hash: Callable[[str], str]
    """The keyed hash of an account number."""
    categories: CategoryMapping
    read_file: Callable[[bytes, ReadRequest, Report | None], ReadResult]
    """`read_preview`, in a separate process."""
    clock: Callable[[], datetime]
    preferences: Callable[[], Preferences]
    """The currency that is the first choice if a file does not name its own."""
    limits: Limits = DEFAULT

    def read(
        self,
        content: bytes,
        changes: Mapping[str, Any] | None = None,
        *,
        whole: bool = False,
        report: Report | None = None,
    ) -> ReadResult:
        """How a file would be read; nothing is stored. Raises InvalidInput, Unavailable.

        changes: fields of a Plan, and answers to questions by their keys. The profile of this layout, if
        there is one, applies first. whole: as of a ReadRequest. report: called with the share that is read.
        """
        changes, choices = self.categories.split(changes or {})
        profiles = {profile.layout: profile.plan for profile in self.profiles.all()}
        result = self._read(content, report, profiles=profiles, changes=changes, whole=whole)
        result = replace(result, preview=self.categories.with_choices(result.preview, choices))
        if "account" not in changes:
            plan = result.preview.plan
            account = self._likely_account(result.preview, plan.account)
            result = replace(result, preview=replace(result.preview, plan=replace(plan, account=account)))
        return self._compared(result)

    def _compared(self, result: ReadResult) -> ReadResult:
        """With the number of duplicates, and without the rows that were compared for it."""
        rows, preview = result.file_rows, result.preview
        if rows:
            own_accounts = OwnAccounts(self.accounts, self.account_hash, preview.plan.account, adds=False)
            identities = Identities()
            identified = [identities.of(row, own_accounts.of(row)) for row in rows]
            stored = may_be_same(identified, self.rows, import_id=None)
            duplicates = sum(match is not None for match in Recognition().match(identified, stored))
            preview = replace(preview, duplicates=duplicates, compared=len(rows))
        return replace(result, preview=preview, file_rows=())

    def _read(self, content: bytes, report: Report | None = None, **request: Any) -> ReadResult:
        """With the keyed hashes of account numbers, so that the result may be stored."""
        result = self.read_file(content, self._request(**self._named(request)), report)
        hashes = tuple(map(self.account_hash, result.preview.account_numbers))
        return replace(result, preview=replace(result.preview, account_numbers=hashes))

    def _named(self, request: dict[str, Any]) -> dict[str, Any]:
        """With the masked name of the account that a person chose."""
        changes = request["changes"]
        name = changes.get("account")
        if not isinstance(name, str):
            return request
        return {**request, "changes": {**changes, "account": self._chosen(name)}}

    def _chosen(self, name: str) -> str:
        """A number instead of a name leads to its account. Raises InvalidInput if there is none."""
        masked = mask(name)
        if masked == name or not is_account_number(name):
            return masked
        if known := known_account(name, self.accounts):
            return known.name
        raise InvalidInput(
            "No account has this number yet. Name the account instead: numbers are not stored in a readable "
            "form.",
            field="account",
        )

    def _likely_account(self, preview: Preview, remembered: str | None) -> str | None:
        """The one that has the file's number, else the profile's unless it has another number.

        The profile's may not exist now, after its import was undone. None if the file itself names the
        account of each row.
        """
        if len(preview.account_numbers) > 1 or preview.account_names:
            return None
        for number in preview.account_numbers:
            if account := self.accounts.by_number(number):
                return account.name
        account = self.accounts.by_name(remembered) if remembered else None
        if account and preview.account_numbers and account.numbers:
            return None
        return account.name if account else remembered

    def upload(self, content: bytes, *, name: str, changes: Mapping[str, Any] | None = None) -> Import:
        """Read a file and store it until the import starts. Raises InvalidInput, Unavailable."""
        return self.store(content, self.read(content, changes), name=name)

    def store(self, content: bytes, result: ReadResult, *, name: str) -> Import:
        """result: of `read` for this file."""
        fields = stored_fields(result)
        return self.imports.add(
            content, name=stored_name(name), layout=result.layout, at=self.clock(), **fields
        )

    def preview(self, import_id: str) -> Preview:
        """What would be stored. Raises NotFound once the file was read."""
        stored = self.imports.preview(import_id)
        if stored is not None:
            with suppress(ValueError):  # another release may have written it
                return ReadResult.from_json(stored).preview
        return self._read_again(self.imports.get(import_id), {})

    def change(self, import_id: str, changes: Mapping[str, Any]) -> Preview:
        """Change how it is read. Raises InvalidInput, NotFound, Conflict once the import was started."""
        current = self.imports.get(import_id)
        changes, choices = self.categories.split(changes)
        if current.status is not ImportStatus.PREVIEW or not is_unchanged(current.plan, changes):
            return self._read_again(current, changes, choices)
        preview = self.preview(import_id)
        return self._store_preview(current, preview, choices) if choices else preview

    def _read_again(
        self, current: Import, changes: Mapping[str, Any], choices: Choices | None = None
    ) -> Preview:
        content = self.imports.content(current.id)
        result = self._compared(self._read(content, plan=current.plan, changes=changes))
        return self._store_preview(current, result.preview, choices or {})

    def _store_preview(self, current: Import, preview: Preview, choices: Choices) -> Preview:
        preview = self.categories.with_choices(preview, choices)
        self.imports.set_plan(current.id, **stored_fields(ReadResult(current.layout, preview)))
        return preview

    def demo(self) -> Import:
        """Start the import of a year of made-up transactions; it can be undone like any other."""
        content = year(self.clock().date(), self.preferences().currency).encode()
        plan = Plan(sign=Sign.NEGATIVE_IS_EXPENSE).to_dict()
        result = replace(read_preview(content, self._request(plan=plan)), layout=DEMO, file_rows=())
        return self.imports.queue(self.store(content, result, name=DEMO).id)

    def start(self, import_id: str, *, profile: str = "") -> Import:
        """Queue the import and save its plan as a profile. Raises InvalidInput while a question is open."""
        current = self.imports.get(import_id)
        plan = Plan.from_dict(current.plan)
        if plan.open and (questions := self.preview(import_id).questions):
            raise InvalidInput("Answer the questions about this file first.", field=questions[0].key)
        if plan.account:
            self.remember_account(plan.account, self.preview(import_id))
        self.remember_profile(plan, layout=current.layout, name=profile, file_name=current.name)
        return self.imports.queue(import_id)

    def remember_profile(self, plan: Plan, *, layout: str, file_name: str, name: str = "") -> None:
        """Save the plan for files of this layout; `name` or else that of the file is the profile's."""
        if plan.format is Format.LEDGERLOOP:  # our own exports need no profile
            return
        known = self.profiles.find(layout)
        name = mask(name) or (known.name if known else file_name)
        plan = remembered(known.plan if known else None, plan.profile())
        self.profiles.remember(layout, plan.to_dict(), name=name, at=self.clock())

    def rename_profile(self, layout: str, name: str) -> None:
        """Raises NotFound, Unavailable."""
        self.profiles.rename(layout, mask(name))

    def remember_account(self, name: str, preview: Preview) -> None:
        """Let a number that is alone in its file lead to the account from now on."""
        currency = preview.entries[0].currency if preview.entries else None
        name = self.accounts.canonical(mask(name), currency=currency)
        if len(preview.account_numbers) == 1:
            self.accounts.add_number(name, preview.account_numbers[0])

    def _request(self, **fields: Any) -> ReadRequest:
        return ReadRequest(currency=self.preferences().currency, limits=self.limits, **fields)


def stored_name(name: str) -> str:
    return mask(" ".join(name.split()))[:_LONGEST_NAME] or "file"


def stored_fields(result: ReadResult) -> dict[str, Any]:
    preview = result.preview
    return {
        "plan": preview.plan.to_dict(),
        "form": preview.detected,
        "rows": result.rows,
        "preview": result.to_json(),
    }


def heading_of_rejects(current: Import) -> list[str]:
    """The heading above the rejected rows of an import."""
    return headings.heading_of_rejects(Plan.from_dict(current.plan).columns or (), current.layout)
