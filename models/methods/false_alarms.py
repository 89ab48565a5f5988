"""How rare a count must be to be called a signal, when false alarms have one budget for all series and methods."""

import numpy as np

from models.methods.negative_binomial import probability_of_at_least
from models.methods.prediction import Prediction

WEEKS_OF_A_QUARTER = 13
# Limits are guesses too, and err on the lax side: so much is planned of the one false alarm that is allowed.
PLANNED = 0.45
_HIGHEST = 0.05


def tail_per_test(series: int, periods: int = WEEKS_OF_A_QUARTER, methods: int = 1, budget: float = PLANNED) -> float:
    """The tail probability of one test so that `budget` false alarms are expected of all tests together, at most.

    series: how many series of one municipality are judged; periods: how often within the time of the budget (a quarter
    has 13 weeks or 3 months); methods: how many methods judge each. Counts are whole, so the real number is lower: see
    `tail_within_budget`. Never above 0.05, so that few tests do not make every fifth week a signal.
    Raises ValueError for numbers that are not positive.
    Reference: the sum of expectations needs no independence (Bonferroni).
    """
    if min(series, periods, methods) < 1 or budget <= 0:
        raise ValueError("series, periods, methods and budget are positive")
    return float(min(_HIGHEST, budget / (series * periods * methods)))


def tail_within_budget(
    prediction: Prediction,
    periods: int = WEEKS_OF_A_QUARTER,
    methods: int = 1,
    budget: float = PLANNED,
    fewest: int = 2,
) -> float:
    """As `tail_per_test`, with what counts can really give: the highest common tail that keeps the budget.

    prediction: of all series of one municipality that are judged; fewest: as in `judge`. A limit at tail α gives a
    false alarm in P(count ≥ limit) of the periods, at most α and often far less: of one event a week on average it is
    1.9 % or 0.4 % and nothing between. What one series does not use is thus left to the others; dispersion and the
    uncertainty of the expectation are counted with. At least `tail_per_test`, at most 0.05. The history alone decides
    it, never the count that is judged. Weeks and months judged beside each other share a budget: give each its part.
    Raises ValueError as `tail_per_test`.
    Reference: Tarone (1990), Biometrics 46:515 (discrete tests need less correction).
    """
    expected, ratio, spare = prediction.expected.ravel(), prediction.ratio.ravel(), prediction.spare.ravel()
    is_judged = np.isfinite(expected) & np.isfinite(ratio)
    plain = tail_per_test(max(1, int(is_judged.sum())), periods, methods, budget)
    expected, ratio, spare = (each[is_judged][:, None] for each in (expected, ratio, spare))
    # From what is expected on (a lower count is no rarer than the highest tail) to eight deviations above it.
    first = np.maximum(np.floor(expected), fewest)
    width = float(np.max(8 * np.sqrt(expected * ratio) + 8 * ratio, initial=1.0))
    at_least = probability_of_at_least(first + np.arange(np.ceil(width) + 1), expected, ratio, spare)
    # Raising a tail past P(X ≥ k) lets P(X = k) more alarms through.
    tails, more = at_least[:, :-1].ravel(), -np.diff(at_least, axis=1).ravel()
    order = np.argsort(tails, kind="stable")
    is_over = np.cumsum(more[order]) > budget / (periods * methods)
    # Just below the first that would be too much, and so below all that are as likely as it.
    first_over = np.min(tails[order], where=is_over, initial=1.0) * (1 - 1e-6)
    return float(min(_HIGHEST, max(plain, first_over)))
