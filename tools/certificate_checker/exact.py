"""Rational numbers, and rational intervals around the few irrational ones that a certificate needs."""

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


def exp(x):
    """e to the power of a rational or an interval."""
    if isinstance(x, Interval):
        return Interval(exp(x.low).low, exp(x.high).high)
    x = Fraction(x)
    # Halve until the argument is small, take Taylor's series, square back.
    halvings = 0
    while abs(x) > Fraction(1, 16):
        x /= 2
        halvings += 1
    point = Interval(x).rounded()
    result, term, k = Interval(1), Interval(1), 0
    while term.magnitude() > Fraction(1, 1 << (PRECISION - 10)):
        k += 1
        term = (term * point / k).rounded()
        result = result + term
    rest = 2 * term.magnitude()
    result = Interval(result.low - rest, result.high + rest).rounded()
    for _ in range(halvings):
        result = (result * result).rounded()
    return result


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
