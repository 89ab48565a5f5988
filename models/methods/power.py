"""How large a change must be before the figures can show it."""

import numpy as np
from scipy.special import ndtri

from models.methods._confidence import two_sided
from models.methods.rates import Floats


def smallest_detectable_change(
    count: Floats, dispersion: Floats, confidence: float = 0.95, power: float = 0.8
) -> tuple[Floats, Floats]:
    """The smallest fall and the smallest rise, in percent of a yearly count, that a test finds with the given power.

    The test is `dispersion.change_z` of two years with equal exposure, divided by √φ and two-sided: with count x and
    ratio r, |r − 1|·√(x / (φ(1 + r))) must reach z₁₋α/₂ + z_power, which is a second-degree equation in r.
    count: what a year is expected to give; dispersion: its φ̂ ≥ 1; both broadcast. The fall is negative, and NaN where
    even a fall to nothing would not be found (counts under 7.85 φ at the defaults). Counts that are not positive and
    NaN give NaN. The normal approximation errs on the careful side: simulated power is 0.80–0.84, and 0.88 near a fall
    to nothing. (The logarithm of the ratio says nearly the same, but can never find a fall to nothing.)

    Unsuitable for telling what a change already seen was worth. Raises ValueError for a confidence outside 0.9–1, a
    power outside 0.5–1 and a dispersion below 1.
    Reference: Cohen (1988), Statistical Power Analysis; Gu, Ng, Tang & Schucany (2008), Biometrical Journal 50:283
    (two Poisson rates, variance under the hypothesis).
    """
    _, z = two_sided(confidence)
    if not 0.5 <= power < 1:
        raise ValueError("power must lie between 0.5 and 1")
    count, dispersion = np.asarray(count, dtype=np.float64), np.asarray(dispersion, dtype=np.float64)
    if np.any(dispersion < 1):
        raise ValueError("dispersion cannot be below 1")
    distance = z + float(ndtri(power))
    noise = distance**2 * dispersion / np.where(count > 0, count, np.nan)
    spread = np.sqrt(noise**2 / 4 + 2 * noise)
    return np.where(noise <= 1, 100 * (noise / 2 - spread), np.nan), 100 * (noise / 2 + spread)


def smallest_detectable_effect(
    base_count: Floats,
    expected_count: Floats,
    dispersion: Floats,
    control_base_count: Floats | float = np.inf,
    control_count: Floats | float = np.inf,
    control_dispersion: Floats | float = 1.0,
    confidence: float = 0.95,
    power: float = 0.8,
) -> tuple[Floats, Floats]:
    """The smallest fall and the smallest rise, in percent, that `difference_in_differences` finds with the given power.

    base_count: events before; expected_count: events after if nothing but the control's change happened; counts of the
    control before and after, infinite for none (periods of different length are then compared by one place's own
    counts); dispersions φ ≥ 1; all broadcast. With ratio r, |ln r| must reach (z₁₋α/₂ + z_power) times the standard
    error √(φ(1/base + 1/(r·expected)) + φ'(1/control before + 1/control after)). The fall is negative; NaN where no
    fall that the logarithm can speak of would be found. Counts that are not positive and NaN give NaN.
    To be told beside every result: "no change was found" means only that none as large as this was there.
    Raises ValueError for a confidence outside 0.9–1, a power outside 0.5–1 and a dispersion below 1.
    Reference: Cohen (1988), Statistical Power Analysis; Woolf (1955), Annals of Human Genetics 19:251 (the error).
    """
    _, z = two_sided(confidence)
    if not 0.5 <= power < 1:
        raise ValueError("power must lie between 0.5 and 1")
    columns = (base_count, expected_count, dispersion, control_base_count, control_count, control_dispersion)
    base, after, phi, control_base, control_after, control_phi = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in columns)
    )
    if np.any(phi < 1) or np.any(control_phi < 1):
        raise ValueError("dispersion cannot be below 1")
    base, after, control_base, control_after = (
        np.where(each > 0, each, np.nan) for each in (base, after, control_base, control_after)
    )
    fixed = phi / base + control_phi * (1 / control_base + 1 / control_after)
    distance = z + float(ndtri(power))
    falls, rises = np.arange(1, 1000) / 1000, np.geomspace(1.001, 1000, 4000)

    def first_found(ratios: Floats) -> Floats:
        error = np.sqrt(fixed[..., None] + phi[..., None] / (after[..., None] * ratios))
        is_found = np.abs(np.log(ratios)) >= distance * error
        first = ratios[np.argmax(is_found, axis=-1)]
        return np.asarray(np.where(is_found.any(axis=-1), 100 * (first - 1), np.nan))

    return first_found(falls[::-1]), first_found(rises)
