"""Quantiles and tails of the normal, t and chi-squared distributions, by SciPy's special functions."""

from scipy import special


def two_sided(level: float, df: float | None = None) -> float:
    """The quantile that leaves (1 - level)/2 above it: normal, or Student's t with `df` degrees of freedom."""
    upper = 0.5 + level / 2
    return float(special.ndtri(upper) if df is None else special.stdtrit(df, upper))


def p_two_sided(statistic: float, df: float | None = None) -> float:
    """The share of the distribution at least as far from zero as the statistic, on both sides."""
    below = special.ndtr(-abs(statistic)) if df is None else special.stdtr(df, -abs(statistic))
    return 2 * float(below)


def statistic_of_p(p: float, df: float | None = None) -> float:
    """The statistic, without its sign, whose two-sided tails hold `p`."""
    return -float(special.ndtri(p / 2) if df is None else special.stdtrit(df, p / 2))


def chi2_tail(statistic: float, df: float) -> float:
    """The share of chi-squared above the statistic."""
    return float(special.chdtrc(df, max(statistic, 0.0)))


def chi2_quantile(share: float, df: float) -> float:
    """The value of chi-squared below which the share lies."""
    return 2 * float(special.gammaincinv(df / 2, share))


def f_tail(statistic: float, df1: float, df2: float) -> float:
    """The share of F above the statistic."""
    return float(special.fdtrc(df1, df2, max(statistic, 0.0)))
