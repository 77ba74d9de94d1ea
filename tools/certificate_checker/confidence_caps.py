"""Certificate E: how confident the program can be over a box of bytes.

Two propagations through the integer program are met: exact intervals, and affine forms over one symbol per input and
per neuron that clipping or rounding makes nonlinear. Everything is counted in steps of bytes and in units of
accumulators, so the program's own numbers are exact; forms are rounded to 2^-72, which a neuron's own symbol takes up.
"""

import math
from fractions import Fraction

from .affine import UNIT, above, combine, nearest, scaled
from .bands import byte, rounded_clipping
from .exact import LN2, exp, log


class Propagation:
    """The program over one box; bytes low[i]...high[i]."""

    def __init__(self, program, low, high):
        self.program = program
        middle = [(a + b) * UNIT // 2 for a, b in zip(low, high)]
        forms = [None] * len(low)
        fresh = [(b - a) * UNIT // 2 for a, b in zip(low, high)]
        width = 0
        for layer in program.layers:
            accumulators = [_map(layer, k, middle, forms, fresh, width) for k in range(layer.outputs)]
            width += layer.inputs
            if layer.is_last:
                self.accumulators, self.low, self.high = accumulators, low, high
                return
            ranges = layer.ranges(low, high)
            middle, forms, fresh, low, high = [], [], [], [], []
            for k, (center, form) in enumerate(accumulators):
                slope = Fraction(layer.multipliers[k] << layer.shift, 1 << 32)
                spread = sum(map(abs, form))
                least = slope * max(Fraction(center - spread, UNIT), ranges[k][0])
                most = slope * min(Fraction(center + spread, UNIT), ranges[k][1])
                band = rounded_clipping(least, most)
                low.append(byte(least))
                high.append(byte(most))
                rest = 0
                if band.slope:
                    (start, *form), rest = scaled([center] + form, band.slope * slope)
                    middle.append(start + nearest(band.center))
                    forms.append(form)
                else:
                    middle.append(nearest(band.center))
                    forms.append(None)
                fresh.append(above(band.radius) + rest + 1)

    def advantage(self, weights):
        """The largest value of sum of weights[l] * acc_l, as a rational: forms and intervals met."""
        last = self.program.layers[-1]
        center, *form = combine(weights, [[c] + f for c, f in self.accumulators], 1 + len(self.accumulators[0][1]))
        row = combine(weights, last.weights, last.inputs)
        bias = sum(w * b for w, b in zip(weights, last.bias))
        interval = bias + sum(w * (b if w > 0 else a) for w, a, b in zip(row, self.low, self.high))
        return min(Fraction(center + sum(map(abs, form)), UNIT), Fraction(interval))

    def class_caps(self):
        """An upper bound of each class's probability, by exact softmax."""
        last = self.program.layers[-1]
        classes, scale = last.outputs, Fraction(1, 1 << last.fraction_bits)
        multipliers = last.multipliers
        gentle, entropy = self._weights()
        total = sum(gentle)
        caps = []
        for k in range(classes):
            # p_k = 1/(sum over l of e^(z_l - z_k)), every difference at its lower end.
            odds = Fraction(1)
            for other in range(classes):
                if other != k:
                    weights = [0] * classes
                    weights[k], weights[other] = multipliers[k], -multipliers[other]
                    odds += exp((LN2 * (-scale * self.advantage(weights))).low).low
            # Gibbs: log p_k <= z_k - sum of w_l z_l - H(w).
            weights = [-w * m for w, m in zip(gentle, multipliers)]
            weights[k] += total * multipliers[k]
            advantage = LN2 * (scale * self.advantage(weights) / total)
            caps.append(min(1 / odds, exp(advantage.high - entropy.low).high, Fraction(1)))
        return caps

    def _weights(self):
        """Integers that are nearly the softmax in the middle of the box, and their entropy as shares of their sum."""
        last = self.program.layers[-1]
        logits = [
            center / UNIT * m / 2**last.fraction_bits * math.log(2)
            for (center, _), m in zip(self.accumulators, last.multipliers)
        ]
        top = max(logits)
        powers = [math.exp(z - top) for z in logits]
        weights = [max(round(p / sum(powers) * 2**64), 1) for p in powers]
        total = sum(weights)
        # H = log total - (sum of w log w)/total
        entropy = log(total)
        for w in weights:
            entropy = entropy - log(w) * Fraction(w, total)
        return weights, entropy


def _map(layer, k, middle, forms, fresh, width):
    """Center and coefficients of one accumulator."""
    row = layer.weights[k]
    center = layer.bias[k] * UNIT + sum(map(int.__mul__, row, middle))
    return center, combine(row, forms, width) + list(map(int.__mul__, row, fresh))
