"""Counts the key presses that decide doubtful transactions in the review, by replaying a labelled file.

`python -m benchmarks.review_keys FILE` imports the file without its labels into a new installation with the
first model. A person who knows the labels then takes the groups of the review from the top: a digit where
the category is offered, else `/`, letters and Enter; `x`, `j` and `x` leave exceptions out, and `j` passes
over a mixed group whose exceptions take more keys than its answer decides rows.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from benchmarks.processes import machine
from benchmarks.quality.data import MAPS, Dataset, about, read
from src import logs, training_commands
from src.config import load_settings
from src.container import Container
from src.domain.categories import Category, Group, name_key, slug_of
from src.domain.review import GroupKey, ReviewGroup, Scope
from src.domain.transactions import HistoryFilter, StoredTransaction
from src.errors import NotFound
from src.services.runs.due_runs import slot_of
from src.web.review.pages import GROUPS_SHOWN, OPTIONS

_WAITING = HistoryFilter(status="needs_review")
_AT_ONCE = 1000
_ALL = 100_000


def main() -> None:
    options = _options()
    logs.set_up(form="text", level="WARNING")
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        installed = Path(folder) / "data"
        if options.model:
            if not options.model.exists():
                _with_first_model(options.model)
            shutil.copytree(options.model, installed, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
        else:
            _with_first_model(installed)
        data = _read(options.file, own=options.own)
        container = _container(installed)
        try:
            replay = Replay(container, data, newest=options.newest, every=options.every)
            print(f"{about(data)}; {machine()}")
            print(replay.decide(options.rows, show=options.list))
        finally:
            _stop(container)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.review_keys", description=__doc__)
    parser.add_argument("file", type=Path, help="a CSV file in the normalized form")
    parser.add_argument("--rows", type=int, default=200, help="how many doubtful rows to decide")
    parser.add_argument("--newest", type=int, help="import only so many of the newest rows")
    parser.add_argument("--own", action="store_true", help=f"do not map categories to shipped ones by {MAPS}")
    parser.add_argument(
        "--model", type=Path, help="keep the installation with the first model here, and reuse it"
    )
    parser.add_argument(
        "--every", action="store_true", help="leave every exception out, and pass over no group"
    )
    parser.add_argument("--list", action="store_true", help="also one line for each answer")
    return parser.parse_args()


def _read(path: Path, *, own: bool) -> Dataset:
    maps = path.parent / MAPS
    meant = {} if own or not maps.exists() else json.loads(maps.read_text()).get(path.stem, {})
    return read(path, {category: slugs.split("|")[0] for category, slugs in meant.items()})


def _container(folder: Path) -> Container:
    return Container(load_settings(_env_file=None, data_dir=folder, clock="off", mlflow_ui="off"))


def _with_first_model(folder: Path) -> None:
    container = _container(folder)
    try:
        container.database.ensure_indexes()
        container.slots.open(slot_of(container.now(), 6))
        run = container.runs.claim(holder=container.holder, at=container.now())
        assert run
        training_commands.train(container, run, holder=container.holder)
    finally:
        _stop(container)


def _stop(container: Container) -> None:
    """Also its database, so that the folder can be copied or removed."""
    container.stop()
    container.embedded_mongo.stop()


@dataclass
class Count:
    """What a person has done so far."""

    keys: Counter[str] = field(default_factory=Counter)
    """By what they were for."""
    answers: int = 0
    decided: int = 0
    """Rows with an answer, each right."""

    @property
    def total(self) -> int:
        return self.keys.total()


@dataclass(frozen=True)
class Card:
    """A group with the categories on its digits, as the page shows it since it was loaded."""

    group: ReviewGroup
    offered: tuple[str, ...]


class Replay:
    def __init__(self, container: Container, data: Dataset, *, newest: int | None, every: bool) -> None:
        """newest: import only so many of the newest rows. every: leave every exception out."""
        self._container, self._review = container, container.group_review
        self._slugs = _add_categories(container, data)
        self._at = container.now()
        self._truth = dict(self._import(data, newest))
        self._picker = Picker.of(container)
        self._count, self._every = Count(), every

    def _import(self, data: Dataset, newest: int | None) -> Iterator[tuple[str, str]]:
        examples = data.examples[-newest:] if newest else data.examples
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            transactions = [example.transaction for example in part]
            rows = self._container.predictor.predict_and_keep(transactions, source="import", at=self._at)
            for row, example in zip(rows, part, strict=True):
                yield row.id, self._slugs[example.category]

    def decide(self, wanted: int, *, show: bool) -> str:
        """Answer groups until so many rows are decided; returns the figures in sentences."""
        waiting = self._waiting()
        for card in self._cards():
            self._work(card, wanted, show=show)
            if self._count.decided >= wanted:
                break
        return self._figures(waiting)

    def _waiting(self) -> set[str]:
        rows = self._container.transactions.get_many(list(self._truth))
        return {row.id for row in rows if row.needs_review}

    def _cards(self) -> Iterator[Card]:
        """In the order of the page. A card keeps its digits until its merchant is answered."""
        cursor = None
        while True:
            page = self._review.page(_WAITING, limit=GROUPS_SHOWN, cursor=cursor, today=self._at.date())
            usual = self._review.usual_categories(OPTIONS)
            cards = {group.key: _card(group, usual) for group in page.groups}
            for key in list(cards):
                current = self._fresh(key)
                if current is None:
                    continue
                changed = current.group.sums != cards[key].group.sums
                yield current if changed else cards[key]
            cursor = page.next_cursor
            if cursor is None:
                return

    def _fresh(self, key: GroupKey) -> Card | None:
        try:
            return _card(self._review.group(key), self._review.usual_categories(OPTIONS))
        except NotFound:
            return None

    def _work(self, card: Card, wanted: int, *, show: bool) -> None:
        """Answer a group; the exceptions wait on the same card, so they are next."""
        current: Card | None = card
        while current and self._count.decided < wanted:
            rows = self._review.transactions_of(current.group.key, limit=_ALL).items
            category, count = Counter(self._truth[row.id] for row in rows).most_common(1)[0]
            leave = keys_to_leave_out([self._truth[row.id] != category for row in rows])
            pick = self._keys_to_pick(current, category)
            if leave + pick > count and leave and not self._every:
                self._count.keys["passing over"] += 1
                if show:
                    print(f"  {current.group.key.merchant[:30]:30} {len(rows):>4}: passed over")
                return
            self._count.keys["digits" if pick == 1 else "picker"] += pick
            self._count.keys["exceptions"] += leave
            self._answer(current, category, rows)
            if show:
                print(
                    f"  {current.group.key.merchant[:30]:30} {len(rows):>4}: {count:>4} {category}, "
                    f"{pick} + {leave} keys; {self._count.total} keys, {self._count.decided} rows"
                )
            current = self._fresh(current.group.key)

    def _keys_to_pick(self, card: Card, category: str) -> int:
        return 1 if category in card.offered else self._picker.keys(category)

    def _answer(self, card: Card, category: str, rows: Sequence[StoredTransaction]) -> None:
        self._at += timedelta(seconds=5)
        but = [row.id for row in rows if self._truth[row.id] != category]
        outcome = self._review.answer(card.group.key, category, Scope.FUTURE, but=but, at=self._at)
        self._count.answers += 1
        self._count.decided += outcome.updated

    def _figures(self, waited: set[str]) -> str:
        rows = self._container.transactions.get_many(list(waited))
        followed = [row for row in rows if not row.needs_review and not row.feedback]
        right = sum(row.category == self._truth[row.id] for row in followed)
        count = self._count
        parts = ", ".join(f"{keys} for {what}" for what, keys in count.keys.most_common() if keys)
        return (
            f"{len(waited):,} of {len(self._truth):,} rows need review.\n"
            f"{count.decided} rows decided by {count.answers} answers: {count.total} key presses ({parts}), "
            f"{100 * count.total / max(1, count.decided):.0f} for 100 rows.\n"
            f"{len(followed)} more rows followed by themselves, {right} of them right.\n"
            f"One row after another, with one key each: {count.decided} key presses."
        )


def _card(group: ReviewGroup, usual: Sequence[str]) -> Card:
    """As templates/review/_group.html: the alternatives, then the person's usual categories."""
    alternatives = [alternative.category for alternative in group.alternatives]
    return Card(group, tuple(dict.fromkeys([*alternatives, *usual]))[:OPTIONS])


def keys_to_leave_out(exceptions: Sequence[bool]) -> int:
    """`x` shows the rows with the first focused; `j` and `k` move, also over the ends; `x` leaves one out.

    Of a run, `x` leaves out the first and Shift and `x`, two keys, the others.
    """
    positions = [at for at, exception in enumerate(exceptions) if exception]
    if not positions:
        return 0
    downs = [0, *positions]
    ups = [*(len(exceptions) - at for at in positions), 0]
    moves = min(down + up + min(down, up) for down, up in zip(downs, ups, strict=True))
    runs = [sum(1 for _ in run) for exception, run in groupby(exceptions) if exception]
    return 1 + moves + sum(min(length, 1 + 2) for length in runs)


def _add_categories(container: Container, data: Dataset) -> dict[str, str]:
    """The person's category -> its slug. Those that no shipped one means or is called are added before."""
    known = {name_key(text): one.slug for one in container.categories.all() for text in (one.name, one.slug)}
    slugs = {}
    for name in sorted({example.category for example in data.examples}):
        [slug] = data.accepted.get(name, [known.get(name_key(name))])
        if slug is None:
            slug = slug_of(name)
            container.categories.add(Category(slug, name, Group.DISCRETIONARY, "#7a8b99"))
        slugs[name] = slug
    return slugs


@dataclass(frozen=True)
class Picker:
    """static/picker.js: which category is first for what is typed."""

    choices: Mapping[str, tuple[str, str]]
    """Slug -> (name, other words), in the order of the list."""

    @classmethod
    def of(cls, container: Container) -> Picker:
        words = container.knowledge.search_words
        return cls(
            {
                one.slug: (
                    _plain(one.name),
                    " " + _plain(f"{one.slug} {words.get(one.slug, '')} {one.description}"),
                )
                for one in container.categories.all()
            }
        )

    def keys(self, slug: str) -> int:
        """`/`, the fewest letters of the name and arrows down that reach it, Enter."""
        name, _ = self.choices[slug]
        starts = [0, *(at + 1 for at, letter in enumerate(name) if letter == " ")]
        typed = {name[start:end] for start in starts for end in range(start + 1, len(name) + 1)}
        return 2 + min(len(letters) + self._position(slug, letters) for letters in typed)

    def _position(self, slug: str, typed: str) -> int:
        ranked = [(rank, one) for one, choice in self.choices.items() if (rank := _rank(*choice, typed)) < 4]
        return [one for _, one in sorted(ranked, key=lambda pair: pair[0])].index(slug)


def _rank(name: str, others: str, typed: str) -> int:
    if not all(word in name or f" {word}" in others for word in typed.split(" ")):
        return 4
    if name.startswith(typed):
        return 0
    if f" {typed}" in name:
        return 1
    return 2 if f" {typed}" in others else 3


def _plain(text: str) -> str:
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join("".join(letters).lower().split())


if __name__ == "__main__":
    main()
