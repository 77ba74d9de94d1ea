"""How far a class's probability can move when differences of logits are bounded."""

from fractions import Fraction

from .exact import Interval, exp, root_below


class SoftmaxChange:
    """Class k: the reference's probability is 1/(1 + S), the program's 1/(1 + rho S).

    S is the sum of e^(z_i - z_k) over the other classes i; rho is the mean of e^(D_i) with these weights, D_i being
    what the program's difference of logits i and k exceeds the reference's by.
    """

    def __init__(self, k, bounds):
        others = [i for i in range(bounds.classes) if i != k]
        weights = [_power(bounds.reference[i, k]) for i in others]
        powers = [_power(bounds.difference[i, k]) for i in others]
        low = _smallest_mean([p.low for p in powers], weights)
        high = -_smallest_mean([-p.high for p in powers], weights)
        odds = _sum(weights)
        device = _sum([_power(bounds.program[i, k]) for i in others])
        odds = _meet(odds, Interval(device.low / high, device.high / low))
        device = _meet(device, Interval(odds.low * low, odds.high * high))
        self.reference, self.program = _probability(odds), _probability(device)
        increase = min(
            max(self.program.high - self.reference.low, Fraction(0)),
            _largest_increase(low, odds),
            _largest_increase(low, Interval(device.low / low, device.high / low)),
        )
        decrease = min(
            max(self.reference.high - self.program.low, Fraction(0)),
            _largest_increase(1 / high, device),
            _largest_increase(1 / high, Interval(odds.low * high, odds.high * high)),
        )
        self.magnitude = max(increase, decrease)


def _power(ends):
    return Interval(exp(ends[0]).low, exp(ends[1]).high)


def _sum(intervals):
    return Interval(sum(i.low for i in intervals), sum(i.high for i in intervals))


def _meet(a, b):
    return Interval(max(a.low, b.low), min(a.high, b.high))


def _probability(odds):
    return Interval(1 / (1 + odds.high), 1 / (1 + odds.low))


def _smallest_mean(values, weights):
    """The smallest mean of the values with weights anywhere in their intervals.

    A quotient of linear functions is extreme at a corner, and there the smallest values have the largest weights.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    weight = sum(w.low for w in weights)
    total = sum(v * w.low for v, w in zip(values, weights))
    best = None
    for index in order:
        more = weights[index].high - weights[index].low
        weight, total = weight + more, total + more * values[index]
        mean = total / weight
        best = mean if best is None else min(best, mean)
    return best


def _largest_increase(ratio, odds):
    """The largest 1/(1 + ratio S) - 1/(1 + S): at S = 1/sqrt(ratio), or at the end of `odds` that is nearest to it."""
    if ratio >= 1:
        return Fraction(0)
    if odds.high * odds.high * ratio < 1:
        s = odds.high
    elif odds.low * odds.low * ratio > 1:
        s = odds.low
    else:
        root = root_below(ratio)
        return (1 - root) / (1 + root)
    return s * (1 - ratio) / ((1 + ratio * s) * (1 + s))
