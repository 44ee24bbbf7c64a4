"""What a verdict says, in sentences a user can read: what was found, and what would have been asked for."""

from __future__ import annotations

from collections.abc import Sequence

from src.components.evaluation.bootstrap import CategoryDifference, Comparison
from src.components.evaluation.paired_predictions import Pairs
from src.components.evaluation.sample_size import fewest_merchants, fewest_to_convince
from src.components.text.numbers import count, counted, percent, points
from src.domain.verdicts import Automation, Difference, Scores

NEWER = (
    "You have not answered yet, so nothing of yours could judge. Both models know the shipped lexicon alone, "
    "and this one its newer version."
)
BETTER = (
    "Better than the champion: accuracy or macro-F1 is significantly higher, "
    "and neither is significantly lower."
)
WORSE = "Significantly worse than the champion, which stays."
SURER = (
    "Its log loss is significantly lower, so its confidence fits these rows better. That alone promotes no "
    "model: it says how sure the answers are, not that none is lost at merchants these rows do not hold."
)


def simplest(majority: Scores | None) -> str:
    """How the simplest rule does, or why there is none; ends a sentence."""
    if majority is None:
        return "there are too few labels of yours to compare it with a simple rule."
    return f"always answering your most frequent category is right on {percent(majority.accuracy, 1)}."


def unchanged(champion: Scores) -> str:
    return (
        f"Nothing has changed: the same data and the same answers as the champion (version "
        f"{champion.version}), which stays."
    )


def too_heavy(parts: Sequence[str]) -> str:
    """parts: each limit that is passed, as "the file has 30.1 MB, 25 are allowed"."""
    return f"Too heavy to serve: {'; '.join(parts)}."


def too_few(rows: int, needed: tuple[int, int]) -> str:
    """needed: between how many rows would tell."""
    low, high = needed
    asked = f"between {count(low)} and {count(high)}" if low < high else f"about {count(high)}"
    return (
        f"Too few rows to tell (n = {count(rows)}; {asked} are needed). The champion stays; "
        "your corrections still decide at once through the memory."
    )


def still_not_shown(rows: int, asked_for: int) -> str:
    return (
        f"Not shown to be as good as the champion, which stays. There are the {count(asked_for)} rows that "
        f"were asked for (n = {count(rows)}), so this is no longer a matter of too few rows; the next model "
        "is judged anew."
    )


def not_compared(least: int) -> str:
    return f"On fewer than {least} rows two models are not compared."


def must_rule_out(found: Comparison, floor: float) -> str:
    """What the rows would have to rule out, and what they leave room for."""
    asked = f"A fresher model passes when a fall of accuracy by {points(floor)} is ruled out;"
    low = found.accuracy.ci95[0]
    surer = f" {SURER}" if found.log_loss.ci95[1] < 0 else ""
    if low < -floor:
        return f"{asked} these rows leave room for {points(-low)}.{surer}"
    least, merchants = fewest_merchants(floor), counted(found.merchants, "merchant")
    return f"{asked} that takes at least {least} merchants, and these rows are of {merchants}.{surer}"


def few_speak_for_it(found: Comparison) -> str:
    return (
        f"The two models differ at {counted(found.differing, 'merchant')}; from {fewest_to_convince()} on "
        "one that seems better is taken for better."
    )


def category_fell(fell: Sequence[CategoryDifference], least_fall: float, least_rows: int) -> str:
    each = ", ".join(
        f"{one.category} (recall {_spoken(one.recall)} on {count(one.rows)} rows)" for one in fell
    )
    return (
        f"It would forget {each}; the champion stays. No category of {least_rows} rows or more may "
        f"significantly fall by over {points(least_fall)}."
    )


def earlier_better(earlier: Scores, challenger: Scores, judged_by: str, why: str) -> str:
    """why: the reason of the verdict on the earlier version."""
    return (
        f"Model {earlier.version}, made earlier, is better than this one and is promoted instead. On the "
        f"same {count(earlier.rows)} {judged_by} it is right on {percent(earlier.accuracy, 1)}, this one on "
        f"{percent(challenger.accuracy, 1)} (macro-F1 {earlier.macro_f1:.3f} and {challenger.macro_f1:.3f}). "
        f"Of model {earlier.version} and the champion: {why}"
    )


def best_earlier(scores: Scores) -> str:
    return (
        f"The best earlier version that may serve, model {scores.version}, is right on "
        f"{percent(scores.accuracy, 1)} of the same rows (macro-F1 {scores.macro_f1:.3f})."
    )


def less_automatic(found: Automation, fall: float) -> str:
    return (
        f"It would categorize far fewer transactions automatically: {percent(found.challenger, 1)} of your "
        f"newest {counted(found.rows, 'unanswered transaction')} instead of {percent(found.champion, 1)}. "
        f"The champion stays. A significant fall of over {points(fall)} is allowed only where the champion's "
        f"automatic answers miss the {percent(found.precision, 1)} that are to be right, {_precision(found)}."
    )


def automation(found: Automation) -> str:
    """The evidence, whatever it came to."""
    told = (
        f"Categorized automatically, of the newest {counted(found.rows, 'unanswered transaction')}: "
        f"{percent(found.champion, 1)} with the champion, {percent(found.challenger, 1)} with the new model."
    )
    if found.challenger < found.champion and found.imprecise:
        return f"{told} The stated precision takes that: {_precision(found)}."
    return told


def _precision(found: Automation) -> str:
    if not found.judged:
        return "and no judging row was answered automatically to show that"
    return (
        f"and of its automatic answers to {counted(found.judged, 'judging row')} "
        f"{percent(found.right / found.judged, 1)} were right"
    )


def fresher(new_labels: int, known_labels: int, margin: float, floor: float) -> str:
    return (
        f"As good as the champion (accuracy at most {points(margin)} lower, significantly less than "
        f"{points(floor)}) and fresher: {count(new_labels)} new labels beside the {count(known_labels)} "
        "it learned."
    )


def not_fresher(new_labels: int, known_labels: int, share: float) -> str:
    return (
        f"Not shown to be better; as good as the champion, but not fresher: {count(new_labels)} new labels "
        f"beside the {count(known_labels)} it learned, where {percent(share)} are asked for. "
        "The champion stays."
    )


def seems_worse(margin: float) -> str:
    return (
        f"Not shown to be better; the champion stays. A fresher model may seem to lose {points(margin)} of "
        f"accuracy, or {points(2 * margin)} of macro-F1, and this one seems to lose more."
    )


def figures(judged_by: str, pairs: Pairs, found: Comparison) -> str:
    mine, other = pairs.challenger.scores, pairs.champion.scores
    return (
        f"On the same {count(mine.rows)} {judged_by} ({counted(found.merchants, 'merchant')}): "
        f"accuracy {percent(mine.accuracy, 1)} against {percent(other.accuracy, 1)} "
        f"({_spoken(found.accuracy)}), "
        f"macro-F1 {mine.macro_f1:.3f} against {other.macro_f1:.3f} ({_spoken(found.macro_f1)})."
    )


def _spoken(difference: Difference) -> str:
    low, high = difference.ci95
    return f"{difference.value:+.3f}, 95 % between {low:+.3f} and {high:+.3f}"
