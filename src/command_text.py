"""What the commands print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from src.domain.imports import Import
from src.domain.training_runs import TrainingRun
from src.web.models.verdict_sentences import run_reason, sentence

if TYPE_CHECKING:
    from src.components.bank_files.entry import Preview
    from src.pipeline.registry.retention import RetentionReport
    from src.pipeline.training.reproduce import ChangedValue, ReproductionReport

_ANY_VALUE = {"default_currency": "another currency code", "default_date": "a date such as 2026-03-04"}
_INPUTS = {
    "data.sha256": "the rows of the snapshot",
    "lexicon.sha256": "the shipped lexicon",
    "code.sha256": "the code",
    "git.commit": "the commit",
    "platform": "the machine",
}
"""Names of a training's inputs, by their MLflow tags."""


def trained(run: TrainingRun) -> str:
    reason = sentence(run.decision.reason) if run.decision else run.error or run_reason(run)
    return f"{run.id}: {run.status.value}. {reason}"


def reproduction(report: ReproductionReport) -> str:
    return "\n".join(_reproduction_lines(report))


def _reproduction_lines(report: ReproductionReport) -> Iterator[str]:
    if report.same:
        yield f"The run repeats: all {report.compared} metrics are the same to {report.tolerance:g}."
    else:
        yield f"The run does not repeat: {len(report.outcome)} of {report.compared} figures differ."
    for change in report.outcome:
        yield _changed(change.what, change)
    if report.circumstances:
        yield "Its inputs have changed since:"
    else:
        yield "Data, lexicon, code, settings, libraries and Python are unchanged."
    for change in report.circumstances:
        yield _changed(_input(change.what), change)
    if report.not_repeated:
        why = "They depend on the champion of that time or the speed of the machine, or were renamed since."
        yield f"Not compared: {', '.join(report.not_repeated)}. {why}"


def _changed(name: str, change: ChangedValue) -> str:
    if change.what == "settings":
        return "  the settings: not logged then"
    then, now = ("none" if value is None else value for value in (change.then, change.now))
    return f"  {name}: {then} then, {now} now"


def _input(code: str) -> str:
    if code.startswith("settings."):
        return f"the setting {code.removeprefix('settings.')}"
    return _INPUTS.get(code, code.removeprefix("version."))


def retention(report: RetentionReport) -> str:
    rest = f"{report.orphans} files without an owner, {report.skipped} records of skipped slots."
    if report.tracking_away:
        return f"Deleted {rest} MLflow did not answer, so runs and model versions are left for later."
    deleted = f"Deleted {report.versions} model versions, {report.runs} MLflow runs, {rest}"
    if report.frees_disk:
        return deleted
    return f"{deleted} The tracking server only hides them; run `mlflow gc` there to free its disk."


def preview(preview: Preview) -> str:
    from src.web.imports import text  # here, because the other commands start without Flask

    name = text.format_name(preview.detected, preview.plan.to_dict())
    lines = [
        f"{name}: {preview.entry_count} transactions, "
        f"{preview.rejected_count} rejected, {preview.left_out_count} ignored"
    ]
    lines += [
        f"  {row.date} {row.direction.value:8} {row.amount:>12} {row.currency}  {row.description[:60]}"
        for row in preview.entries[:5]
    ]
    for question in preview.questions:
        lines.append(text.question_text(question))
        lines.append(f"Answer with --answer {question.key}=VALUE, where VALUE is")
        for choice in question.choices:
            words = (text.choice_label(question, choice), text.choice_example(question, choice))
            meaning = ": ".join(word for word in words if word and word != choice.value)
            lines.append(f"  {choice.value}  {meaning}".rstrip())
        if question.any_value:
            lines.append(f"  {_ANY_VALUE[question.key]}")
    return "\n".join(lines)


def imported(done: Import) -> str:
    counts = done.counts
    return (
        f"{done.name}, {done.status.value}: {counts.added} added, "
        f"{counts.known} duplicates skipped, {counts.deleted} deleted before, "
        f"{counts.rejected} rejected, {counts.left_out} ignored. {done.error or ''}".rstrip()
    )
