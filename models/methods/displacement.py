"""Whether what fell in one place rose next door: the weighted displacement quotient."""

from dataclasses import dataclass

import numpy as np

from models.methods._confidence import two_sided
from models.methods.rates import Floats


@dataclass(frozen=True, kw_only=True)
class Displacement:
    """`quotient`: under −1 more moved than fell, −1–0 some moved, 0 nothing, above 0 the neighbours gained too, above 1
    more than the place itself; its limits; `target_change` and `buffer_change`: of their counts per control count.
    """

    quotient: Floats
    lower: Floats
    upper: Floats
    target_change: Floats
    buffer_change: Floats


def displacement(
    target: Floats,
    buffer: Floats,
    control: Floats,
    dispersion: Floats | float = 1.0,
    confidence: float = 0.95,
) -> Displacement:
    """WDQ = (D₁/C₁ − D₀/C₀) / (R₁/C₁ − R₀/C₀): the neighbours' change per change of the target, both beside a control.

    target R, buffer D (next to it), control C (like it, far away): counts (…, 2), before and after, in equally long
    periods; dispersion φ ≥ 1 of each. Limits by Fieller's theorem, the variance of each quotient by its linear terms,
    the control's noise in both. Where the target's own change is not told from chance at that confidence there is
    nothing to displace: quotient and limits are NaN, and that is the answer ("kan inte avgöras"). So it is for most
    promises: with 40 offences before, a fall to 25 says nothing of displacement.
    NaN also where a control count is 0. Unsuitable where the buffer has a promise of its own, as all three neighbours
    of one police area have. Raises ValueError for negative counts, φ under 1 and a confidence outside 0.9–1.
    Reference: Bowers & Johnson (2003), J. Quantitative Criminology 19:275; Fieller (1954), JRSS B 16:175.
    """
    _, z = two_sided(confidence)
    r, d, c = (np.asarray(each, dtype=np.float64) for each in (target, buffer, control))
    phi = np.asarray(dispersion, dtype=np.float64)
    if any(np.any(each < 0) for each in (r, d, c)) or np.any(phi < 1):
        raise ValueError("counts cannot be negative, nor a dispersion below 1")
    c = np.where(c > 0, c, np.nan)
    target_change, buffer_change = (each[..., 1] / c[..., 1] - each[..., 0] / c[..., 0] for each in (r, d))
    phi = phi[..., None] if phi.ndim else phi
    own_r, own_d = ((phi * (each / c**2 + each**2 / c**3)).sum(axis=-1) for each in (r, d))
    shared = (phi * r * d / c**3).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Fieller: all q with (buffer − q·target)² ≤ z²·variance of it, a second-degree equation.
        square = target_change**2 - z**2 * own_r
        middle = target_change * buffer_change - z**2 * shared
        rest = buffer_change**2 - z**2 * own_d
        is_told = square > 0
        reach = np.sqrt(np.maximum(0.0, middle**2 - square * rest))
        quotient, lower, upper = (
            np.where(is_told, each, np.nan)
            for each in (buffer_change / target_change, (middle - reach) / square, (middle + reach) / square)
        )
    return Displacement(
        quotient=quotient, lower=lower, upper=upper, target_change=target_change, buffer_change=buffer_change
    )
