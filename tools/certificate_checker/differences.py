"""Certificate C: how far the program can be from a reference network over a box of bytes.

The reference's values and what the program's differ from them by are affine forms over shared symbols, so that what is
common to both cancels. All activations are counted in steps of the program's bytes; weights are rationals with a common
denominator for each layer, forms integers of 2^-72, and what a neuron's form loses to rounding goes to its own symbol.
"""

import struct
from fractions import Fraction
from math import lcm

from .affine import UNIT, above, combine, nearest, scaled
from .bands import HALF, Band, byte, clamp, clipping, narrowest
from .exact import LN2
from .program import need
from .softmax_change import SoftmaxChange

# ln 2 from below; what the program's logits lose by it is added to every bound.
LN2_BELOW = Fraction(int(LN2.low * (1 << 100)), 1 << 100)
LN2_ERROR = LN2.high - LN2_BELOW
CORRELATED = Fraction(9, 10)  # what a width counts that later widths may cancel


class PairedLayer:
    """A layer of the reference and one of the program, as integers over one denominator, in steps of bytes."""

    def __init__(self, reference, layer, index, limit_in, limit_out, temperature):
        need((reference.inputs, reference.outputs) == (layer.inputs, layer.outputs), f"layer {index}: another shape")
        need(reference.is_linear == layer.is_last, f"layer {index}: its activation is another one")
        self.layer, self.limit = layer, None
        step_in = limit_in / 255
        if layer.is_last:
            unit = 1 / temperature
            self.units = [LN2_BELOW * Fraction(m, 1 << layer.fraction_bits) for m in layer.multipliers]
        else:
            unit = 255 / limit_out
            self.units = [Fraction(m << layer.shift, 1 << 32) for m in layer.multipliers]
            self.limit = None if reference.limit is None else reference.limit * unit
        finest = max((w.as_integer_ratio()[1] for row in reference.weights for w in row), default=1)
        self.denominator = lcm((step_in * unit / finest).denominator, *(u.denominator for u in self.units))
        self.denominator = lcm(self.denominator, *((b * unit).denominator for b in reference.bias))
        weight_unit = int(step_in * unit * self.denominator / finest)
        self.weights = [[int(w * finest) * weight_unit for w in row] for row in reference.weights]
        self.bias = [int(b * unit * self.denominator) for b in reference.bias]
        steps = [int(u * self.denominator) for u in self.units]
        self.device = [[q * s for q in row] for row, s in zip(layer.weights, steps)]
        device_bias = [b * s for b, s in zip(layer.bias, steps)]
        self.excess = [[v - w for v, w in zip(a, b)] for a, b in zip(self.device, self.weights)]
        self.excess_bias = [v - w for v, w in zip(device_bias, self.bias)]
        self.scale = self.denominator * UNIT


def paired_layers(reference, program):
    """The layers of two networks that may have different weights; the program's own scales are in its file."""
    scales = struct.unpack(f"<{len(program.layers)}d", program.metadata[6])
    limits = [Fraction(1)] + [Fraction(struct.unpack("<f", struct.pack("<f", 255 * s))[0]) for s in scales[1:]] + [None]
    need(len(reference.layers) == len(program.layers), "the two models do not have the same layers")
    return [
        PairedLayer(float_layer, layer, index, limits[index], limits[index + 1], reference.temperature)
        for index, (float_layer, layer) in enumerate(zip(reference.layers, program.layers))
    ]


class Inputs:
    """The activations that a layer reads: the reference's forms, and those of program minus reference.

    Forms on earlier symbols are lists, or None for 0. Every neuron has a symbol of its own in the reference's form
    (coefficient `fresh`, and `fresh_on_value` in the difference) and another in the difference's (`fresh_difference`).
    """

    def __init__(self):
        self.center, self.form, self.fresh = [], [], []
        self.difference, self.on_values, self.on_differences = [], [], []
        self.fresh_on_value, self.fresh_difference = [], []
        self.low, self.high = [], []  # of the bytes
        self.least, self.most = [], []  # of the reference's activation, in units of 2^-BITS, outward
        self.values = self.differences = 0  # the numbers of earlier symbols

    @classmethod
    def box(cls, low, high, rounding):
        """Bytes low...high; the reference reads the byte, or with `rounding` any real that rounds to it."""
        result, count = cls(), len(low)
        result.low, result.high = low, high
        half = UNIT // 2 if rounding else 0
        result.least = [max(a * UNIT - half, 0) for a in low]
        result.most = [min(b * UNIT + half, 255 * UNIT) for b in high]
        result.center = [(a + b) // 2 for a, b in zip(result.least, result.most)]
        result.fresh = [(b - a) // 2 for a, b in zip(result.least, result.most)]
        result.form = result.on_values = result.on_differences = [None] * count
        result.difference = result.fresh_on_value = [0] * count
        result.fresh_difference = [half] * count
        return result


class Forms:
    """One layer's pre-activations, in units of 2^-BITS over the layer's denominator."""

    def __init__(self, paired, inputs):
        self.paired, self.inputs = paired, inputs
        self.rows = [self._row(k) for k in range(paired.layer.outputs)]

    def _row(self, k):
        p, x = self.paired, self.inputs
        w, v, d = p.weights[k], p.device[k], p.excess[k]
        center = p.bias[k] * UNIT + sum(map(int.__mul__, w, x.center))
        form = combine(w, x.form, x.values) + list(map(int.__mul__, w, x.fresh))
        difference = p.excess_bias[k] * UNIT
        difference += sum(map(int.__mul__, d, x.center)) + sum(map(int.__mul__, v, x.difference))
        on_values = combine(d + v, x.form + x.on_values, x.values)
        on_values += [a * r + b * s for a, b, r, s in zip(d, v, x.fresh, x.fresh_on_value)]
        on_differences = combine(v, x.on_differences, x.differences) + list(map(int.__mul__, v, x.fresh_difference))
        return center, form, difference, on_values, on_differences

    def ranges(self, row):
        """Reference, program and difference from forms alone, as rationals."""
        center, form, difference, on_values, on_differences = row
        rest, scale = sum(map(abs, on_differences)), self.paired.scale
        z = sum(map(abs, form))
        d = sum(map(abs, on_values)) + rest
        p = sum(abs(a + b) for a, b in zip(form, on_values)) + rest
        return (
            (Fraction(center - z, scale), Fraction(center + z, scale)),
            (Fraction(center + difference - p, scale), Fraction(center + difference + p, scale)),
            (Fraction(difference - d, scale), Fraction(difference + d, scale)),
        )

    def interval(self, weights, bias):
        """The reference's value for integer weights over the activations' ranges."""
        x = self.inputs
        low = bias * UNIT + sum(w * (a if w > 0 else b) for w, a, b in zip(weights, x.least, x.most))
        high = bias * UNIT + sum(w * (b if w > 0 else a) for w, a, b in zip(weights, x.least, x.most))
        return Fraction(low, self.paired.scale), Fraction(high, self.paired.scale)


def meet(a, b):
    return max(a[0], b[0]), min(a[1], b[1])


class Neuron:
    """What is known of one neuron before its activation, in steps of its byte."""

    def __init__(self, forms, k, accumulator):
        paired = forms.paired
        z, p, d = forms.ranges(forms.rows[k])
        z = meet(z, forms.interval(paired.weights[k], paired.bias[k]))
        unit = paired.units[k]
        p = meet(p, (unit * accumulator[0], unit * accumulator[1]))
        d = meet(d, (p[0] - z[1], p[1] - z[0]))
        z = meet(z, (p[0] - d[1], p[1] - d[0]))
        p = meet(p, (z[0] + d[0], z[1] + d[1]))
        self.reference, self.program, self.difference = z, p, d
        self.low, self.high = byte(p[0]), byte(p[1])


class DifferenceBand:
    """e - (on_difference d + on_reference z + on_value a) lies in low...high, for e the program's byte minus a.

    Several relaxations are sound; the narrowest is taken, where a width that stays correlated counts a little less.
    """

    def __init__(self, neuron, limit, value_range, value_spread):
        z, d = neuron.reference, neuron.difference
        spread = (z[1] - z[0]) / 2, (d[1] - d[0]) / 2
        self._take(0, 0, -1, neuron.low, neuron.high)
        if neuron.low == neuron.high:
            return  # the byte is constant
        best = (neuron.high - neuron.low) * HALF + CORRELATED * value_spread
        hull = neuron.low - value_range[1], neuron.high - value_range[0]
        clip = _limits_apart(limit, z)
        for band in _passing(neuron):
            low, high = band.low + clip.low - HALF, band.high + clip.high + HALF
            score = (high - low) / 2 + CORRELATED * (abs(band.slope) * spread[1] + abs(clip.slope) * spread[0])
            if score < best:
                best = score
                self._take(band.slope, clip.slope, 0, low, high)
            if band.slope == clip.slope == 0:
                hull = meet(hull, (low, high))
        if (hull[1] - hull[0]) / 2 < best:
            self._take(0, 0, 0, *hull)

    def _take(self, on_difference, on_reference, on_value, low, high):
        self.on_difference, self.on_reference, self.on_value = on_difference, on_reference, on_value
        self.center, self.radius = Fraction(low + high) / 2, Fraction(high - low) / 2


def _limits_apart(limit, z):
    """clamp(x, 0, 255) - clamp(x, 0, limit): what it does that the reference clips elsewhere, or not at all."""
    if limit == 255 or z[1] <= (255 if limit is None else min(limit, 255)):
        return Band(0, 0, 0)
    kinks = [0, 255] + ([] if limit is None else [limit])
    return narrowest(lambda x: clamp(x, 255) - clamp(x, limit), kinks, *z)


def _passing(neuron):
    """Bands of clamp(z + d) - clamp(z) in d, clipping to 0...255: it lies between 0 and d and is monotone."""
    z, p, d = neuron.reference, neuron.program, neuron.difference
    if min(z[0], p[0]) >= 0 and max(z[1], p[1]) <= 255:
        return [Band(1, 0, 0)]

    def cut(x):
        return clamp(x, 255)

    slope = min(-d[0], d[1]) / (d[1] - d[0]) if d[0] < 0 < d[1] else Fraction(0)
    between = Band(
        slope, min(-slope * d[1], (1 - slope) * d[0], 0), max((1 - slope) * d[1], -slope * d[0], 0)
    )
    # clamp(x) - x falls with x.
    whole = Band(
        1,
        max((cut(p[1]) - p[1]) - (cut(z[0]) - z[0]), -max(d[1], 0)),
        min((cut(p[0]) - p[0]) - (cut(z[1]) - z[1]), max(-d[0], 0)),
    )
    flat = Band(0, max(cut(p[0]) - cut(z[1]), min(d[0], 0)), min(cut(p[1]) - cut(z[0]), max(d[1], 0)))
    return [between, whole, flat]


def activate(forms):
    """The next layer's inputs."""
    paired, before, result = forms.paired, forms.inputs, Inputs()
    result.values = before.values + paired.layer.inputs
    result.differences = before.differences + paired.layer.inputs
    for k, accumulator in enumerate(paired.layer.ranges(before.low, before.high)):
        center, form, difference, on_values, on_differences = forms.rows[k]
        neuron = Neuron(forms, k, accumulator)
        z, limit = neuron.reference, paired.limit
        value = clipping(limit, *z)
        value_range = clamp(z[0], limit), clamp(z[1], limit)
        spread = abs(value.slope) * (z[1] - z[0]) / 2 + value.radius
        band = DifferenceBand(neuron, limit, value_range, spread)
        # The reference's activation.
        (start, *kept), rest = _times([center] + form, value.slope, paired)
        result.center.append(start + nearest(value.center))
        result.form.append(kept if value.slope else None)
        fresh = above(value.radius) + rest + 1
        result.fresh.append(fresh)
        # The difference: on d, on z, and on the activation as it has just been rounded.
        (first, *values), rest_d = _times([difference] + on_values, band.on_difference, paired)
        (second, *more), rest_z = _times([center] + form, band.on_reference, paired)
        others, rest_o = _times(on_differences, band.on_difference, paired)
        values = [a + b + band.on_value * c for a, b, c in zip(values, more, kept)]
        result.difference.append(first + second + band.on_value * result.center[-1] + nearest(band.center))
        result.on_values.append(values if any(values) else None)
        result.on_differences.append(others if band.on_difference else None)
        result.fresh_on_value.append(band.on_value * fresh)
        result.fresh_difference.append(above(band.radius) + rest_d + rest_z + rest_o + 1)
        result.low.append(neuron.low)
        result.high.append(neuron.high)
        result.least.append(-above(-value_range[0]))
        result.most.append(above(value_range[1]))
    return result


def _times(form, slope, paired):
    """slope * form in units of 2^-BITS; nothing is lost where the slope is 0."""
    return scaled(form, Fraction(slope) / paired.denominator) if slope else ([0] * len(form), 0)


class LogitBounds:
    """Ranges of all differences of two logits, in nats: of the reference, the program, and program minus reference."""

    def __init__(self, forms):
        paired, layer, inputs = forms.paired, forms.paired.layer, forms.inputs
        self.classes = layer.outputs
        self.reference, self.program, self.difference = {}, {}, {}
        # What LN2_BELOW is off by, for the largest logit there is.
        reach = max(
            Fraction((abs(b) + 255 * sum(map(abs, row))) * m, 1 << layer.fraction_bits)
            for row, b, m in zip(layer.weights, layer.bias, layer.multipliers)
        )
        self.slack = 2 * reach * LN2_ERROR
        for i in range(self.classes):
            for k in range(i):
                row = [_minus(a, b) for a, b in zip(forms.rows[i], forms.rows[k])]
                z, p, d = forms.ranges(row)
                weights = _minus(paired.weights[i], paired.weights[k])
                z = meet(z, forms.interval(weights, paired.bias[i] - paired.bias[k]))
                d = d[0] - self.slack, d[1] + self.slack
                p = meet((p[0] - self.slack, p[1] + self.slack), _device_range(layer, i, k, inputs))
                d = meet(d, (p[0] - z[1], p[1] - z[0]))
                z = meet(z, (p[0] - d[1], p[1] - d[0]))
                p = meet(p, (z[0] + d[0], z[1] + d[1]))
                for table, (low, high) in ((self.reference, z), (self.program, p), (self.difference, d)):
                    table[i, k], table[k, i] = (low, high), (-high, -low)

    def gap(self):
        return max(high for _, high in self.difference.values())


def _minus(a, b):
    return [x - y for x, y in zip(a, b)] if isinstance(a, list) else a - b


def _device_range(layer, i, k, inputs):
    """The exact range of two logits' difference over the bytes, in nats, outward."""
    a, b = layer.multipliers[i], layer.multipliers[k]
    row = [v * a - w * b for v, w in zip(layer.weights[i], layer.weights[k])]
    bias = layer.bias[i] * a - layer.bias[k] * b
    low = bias + sum(w * (x if w > 0 else y) for w, x, y in zip(row, inputs.low, inputs.high))
    high = bias + sum(w * (y if w > 0 else x) for w, x, y in zip(row, inputs.low, inputs.high))
    unit = Fraction(1, 1 << layer.fraction_bits)
    return (LN2 * (low * unit)).low, (LN2 * (high * unit)).high


def bound(layers, low, high, rounding=False):
    """What is proved about one box: the logits' bounds and each class's change of probability."""
    inputs = Inputs.box(low, high, rounding)
    for paired in layers[:-1]:
        inputs = activate(Forms(paired, inputs))
    bounds = LogitBounds(Forms(layers[-1], inputs))
    return bounds, [SoftmaxChange(k, bounds) for k in range(bounds.classes)]
