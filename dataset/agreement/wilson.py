"""The interval of a share where resampling says nothing of how sure it is."""

from __future__ import annotations

from typing import Final

Z: Final = 1.959963984540054
"""The normal distribution's 97.5 % quantile."""


def wilson(top: float, bottom: float) -> tuple[float, float]:
    """Wilson's 95 % score interval of `top` of `bottom` independent trials; `bottom` is more than 0.

    It is for figures of which every bootstrap draw gives the same value, as where two agree in all they marked: draws
    from what agrees can only agree, and [1, 1] would say that nothing else can be. Wilson's interval keeps its coverage
    at the bounds and for few trials, where that of the normal distribution collapses in the same way (E. B. Wilson,
    Probable inference, the law of succession, and statistical inference, Journal of the American Statistical
    Association 22, 1927, 209-212; L. D. Brown, T. T. Cai and A. DasGupta, Interval estimation for a binomial
    proportion, Statistical Science 16, 2001, 101-133). Trials of one article depend on each other, so that the
    interval is, if anything, too short.
    """
    share, spread = top / bottom, Z * Z / bottom
    middle = (share + spread / 2) / (1 + spread)
    reach = (spread * (share * (1 - share) + spread / 4)) ** 0.5 / (1 + spread)
    return 0.0 if share == 0 else float(middle - reach), 1.0 if share == 1 else float(middle + reach)
