"""Rational numbers, and rational intervals around the few irrational ones that a certificate needs."""

import math
from fractions import Fraction

PRECISION = 200  # bits that intervals of irrational numbers keep


class Interval:
    """A closed interval with rational ends."""

    __slots__ = ("low", "high")

    def __init__(self, low, high=None):
        self.low = Fraction(low)
        self.high = self.low if high is None else Fraction(high)

    def rounded(self):
        """The same interval, a little wider, with ends of few digits."""
        scale = 1 << PRECISION
        low, high = self.low * scale, self.high * scale
        return Interval(
            Fraction(low.numerator // low.denominator, scale), Fraction(-(-high.numerator // high.denominator), scale)
        )

    def __add__(self, other):
        other = as_interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other):
        other = as_interval(other)
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other):
        other = as_interval(other)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other):
        other = as_interval(other)
        assert other.low > 0, "only division by positive intervals is needed"
        return self * Interval(1 / other.high, 1 / other.low)

    def magnitude(self):
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))


def as_interval(x):
    return x if isinstance(x, Interval) else Interval(x)


def hull(intervals):
    intervals = list(intervals)
    return Interval(min(i.low for i in intervals), max(i.high for i in intervals))


def _ln2():
    # ln 2 = sum over k of 1/(k 2^k); what follows term n is below the term itself.
    total, k = Fraction(0), 1
    while k < PRECISION + 20:
        total += Fraction(1, k << k)
        k += 1
    return Interval(total, total + Fraction(1, k << (k - 1))).rounded()


LN2 = _ln2()
_UNIT = 1 << PRECISION
_LN2 = int(LN2.low * _UNIT)  # less than two units too small


def exp(x):
    """e to the power of a rational or an interval."""
    if isinstance(x, Interval):
        return Interval(exp(x.low).low, exp(x.high).high)
    x = Fraction(x)
    # e^x = 2^n e^r with |r| < 1/2, in integers of 2^-PRECISION: r is off by less than 2|n| + 2 units.
    fixed = x.numerator * _UNIT // x.denominator
    n = (2 * fixed + _LN2) // (2 * _LN2)
    r = fixed - n * _LN2
    total, term, k = _UNIT, _UNIT, 0
    while term not in (0, -1):
        k += 1
        term = (term * r >> PRECISION) // k
        total += term
    # Every term is off by less than 4 units; what r is off by counts less than twice.
    error = 4 * k + 4 * abs(n) + 8
    scale = Fraction(1 << n) if n >= 0 else Fraction(1, 1 << -n)
    return Interval(scale * Fraction(total - error, _UNIT), scale * Fraction(total + error, _UNIT))


def log(x):
    """The natural logarithm of a positive rational."""
    x = Fraction(x)
    n = x.numerator.bit_length() - x.denominator.bit_length()
    mantissa = x / (1 << n) if n >= 0 else x * (1 << -n)
    # ln m = 2 artanh t, t = (m - 1)/(m + 1); with m in (1/2, 2), |t| < 1/3, and the series loses 3 bits a term.
    t = (mantissa - 1) / (mantissa + 1)
    fixed = t.numerator * _UNIT // t.denominator
    square = fixed * fixed >> PRECISION
    total, power, k = 0, fixed, 1
    while power not in (0, -1):
        total += power // k
        power = power * square >> PRECISION
        k += 2
    # Each power is off by less than 4 units, and so is each of the k/2 terms.
    error = Fraction(4 * k + 8, _UNIT)
    middle = Fraction(2 * total, _UNIT)
    return Interval(middle - error, middle + error) + LN2 * n


def root_below(x):
    """A lower bound of the square root of a rational that is not negative."""
    return Fraction(math.isqrt(x.numerator * _UNIT * _UNIT // x.denominator), _UNIT)


def softmax(logits):
    """Intervals of the probabilities for intervals of natural logits."""
    middle = max(logit.low for logit in logits)
    powers = [exp(logit - middle) for logit in logits]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return [(power / total).rounded() for power in powers]


def tanh_of_quarter(gap):
    """tanh(gap/4) = (e^(gap/2) - 1)/(e^(gap/2) + 1)."""
    e = exp(Fraction(gap) / 2)
    return Interval((e.low - 1) / (e.low + 1), (e.high - 1) / (e.high + 1))
