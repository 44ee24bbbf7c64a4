"""A verdict with everything it can hold."""

from src.domain.verdicts import (
    Automation,
    Difference,
    Discordance,
    Footprint,
    Outcome,
    Scores,
    SliceScores,
    Verdict,
)

NAN = float("nan")

WHOLE = Verdict(
    promoted=False,
    outcome=Outcome.TOO_FEW,
    reason="Too few rows to tell (n = 412; about 600 are needed): the champion stays.",
    challenger=Scores("2", 412, 0.905, 0.84, 0.412, 0.03, 0.93),
    champion=Scores("1", 412, 0.9, 0.85, 0.5, 0.04, 0.95),
    macro_f1=Difference(-0.01, (-0.03, 0.012)),
    accuracy=Difference(0.005, (-0.02, 0.031)),
    notes=("Learned from 1,648 labels of yours and 900 rows of the shipped lexicon.",),
    log_loss=Difference(-0.088, (-0.12, -0.051)),
    money_weighted_accuracy=Difference(-0.02, (-0.05, 0.01)),
    discordance=Discordance(38, 21, 0.627),
    merchants=187,
    rows_needed=600,
    majority=Scores(None, 412, 0.31, 0.04, NAN, NAN, 0.2),
    lookup=Scores(None, 412, 0.62, 0.55, NAN, NAN, 0.6),
    slices=(
        SliceScores("category", "dining", 120, 0.93, 0.9),
        SliceScores("category", "groceries", 292, 0.89, 0.9),
        SliceScores("merchants", "seen", 300, 0.97, 0.97),
        SliceScores("merchants", "met-since", 40, 0.9, 0.7),
        SliceScores("merchants", "unseen", 72, 0.65, 0.66),
        SliceScores("mode", "UPI", 200, 0.9, 0.91),
        SliceScores("direction", "expense", 412, 0.905, 0.9),
        SliceScores("age", "newest-quarter", 103, 0.89, 0.9),
    ),
    footprint=Footprint(3.21, 0.1234, 0.456),
    automation=Automation(
        rows=613,
        precision=0.95,
        champion=0.7537,
        challenger=0.1272,
        difference=Difference(-0.6265, (-0.7, -0.55)),
        champion_only=390,
        challenger_only=6,
        p=0.0,
        merchants=120,
        judged=80,
        right=79,
        precision_ci95=(0.93, 0.998),
    ),
)
