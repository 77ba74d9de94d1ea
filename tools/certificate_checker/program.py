"""Reads a .scruple file (docs/format.md) and executes it (docs/numerics.md), in Python's integers."""

import struct
import zlib
from fractions import Fraction


class Refused(Exception):
    """A file or a claim that does not hold."""


def need(condition, text):
    if not condition:
        raise Refused(text)


class Dense:
    """One operation: integer weights, row by row."""

    def __init__(self, inputs, outputs, weights, bias, multipliers, shift, is_last, fraction_bits):
        self.inputs, self.outputs = inputs, outputs
        self.weights, self.bias, self.multipliers = weights, bias, multipliers
        self.shift, self.is_last, self.fraction_bits = shift, is_last, fraction_bits

    def accumulators(self, u):
        return [b + sum(map(int.__mul__, row, u)) for row, b in zip(self.weights, self.bias)]

    def requantize(self, accumulator, k):
        """The rounded value before the clamp."""
        return ((accumulator << self.shift) * self.multipliers[k] + (1 << 31)) >> 32

    def ranges(self, low, high):
        """Exact ranges of the accumulators for bytes in low...high."""
        result = []
        for row, b in zip(self.weights, self.bias):
            least = b + sum(w * (a if w > 0 else c) for w, a, c in zip(row, low, high))
            most = b + sum(w * (c if w > 0 else a) for w, a, c in zip(row, low, high))
            result.append((least, most))
        return result


class Program:
    """A validated program."""

    def __init__(self, data):
        self.data = data
        need(len(data) >= 48 and data[:4] == b"SCRU", "not a .scruple file")
        version, sections, size, self.arena, self.inputs, _, self.classes, _, count, self.threshold, self.gap, zero = (
            struct.unpack_from("<HHIIIIIIIIII", data, 4)
        )
        need(version == 1 and zero == 0, f"version {version} of the format is not known")
        need(size == len(data), f"the file has {len(data)} bytes, its header says {size}")
        need(zlib.crc32(data[:-4]) == struct.unpack_from("<I", data, size - 4)[0], "the file's checksum is wrong")
        table = [struct.unpack_from("<III", data, 48 + 12 * i) for i in range(sections)]
        places = {kind: (offset, length) for kind, offset, length in table}
        need({1, 2, 3} <= set(places), "a section is missing")
        self._read_metadata(*places[3])
        self.layers = []
        cursor = places[2][0]
        for index in range(count):
            cursor = self._read_dense(places[1][0] + 48 * index, cursor, index == count - 1)
        need(cursor == places[2][0] + places[2][1], "the constants do not fill their section")
        need(self.layers[0].inputs == self.inputs, "the first operation reads something else than the input")
        need(self.layers[-1].outputs == self.classes, "the last operation does not write one logit per class")
        for before, after in zip(self.layers, self.layers[1:]):
            need(before.outputs == after.inputs, "two operations do not fit together")
        for index, layer in enumerate(self.layers):
            self._prove_range(layer, index)

    def _read_dense(self, at, cursor, is_last):
        d = self.data
        code, layout, kind, shift = d[at : at + 4]
        n, m, weights_at, bias_at, multipliers_at = struct.unpack_from("<IIIII", d, at + 12)
        zero_in, zero_out, low, high, bits = d[at + 32 : at + 37]
        need(code not in range(2, 7), "this checker knows programs of dense layers only, not of convolutions, poolings and additions")
        need((code, layout) == (1, 1), f"operation {code} with layout {layout} is not known")
        need(kind == (1 if is_last else 0), "logits in the middle, or none at the end")
        if not is_last:
            need((zero_in, zero_out, low, high) == (0, 0, 0, 255), "certificates are about bytes 0...255 only")
        n4, pairs = (n + 3) & ~3, (m + 1) // 2
        cursor = (cursor + 15) & ~15
        need(weights_at == cursor and bias_at == cursor + n4 * 2 * pairs, "a tensor is not where it belongs")
        need(multipliers_at == bias_at + 8 * pairs, "the multipliers are not where they belong")
        rows = [[0] * n for _ in range(2 * pairs)]
        blocks = pairs // 4
        for p in range(pairs):
            for i in range(n):
                g, r = divmod(i, 4)
                word, half = r % 2, r // 2
                if p < 4 * blocks:
                    index = 4 * n4 * (p // 4) + 16 * g + 8 * word + 2 * (p % 4) + half
                else:
                    index = n4 * p + 4 * g + 2 * word + half
                (h,) = struct.unpack_from("<h", d, weights_at + 2 * index)
                b = (h & 255) - 256 if h & 128 else h & 255
                rows[2 * p][i], rows[2 * p + 1][i] = (h - b) >> 8, b
        bias = struct.unpack_from(f"<{2 * pairs}i", d, bias_at)
        multipliers = struct.unpack_from(f"<{2 * pairs}i", d, multipliers_at)
        need(all(x > 0 for x in multipliers[:m]), "a multiplier is not positive")
        self.layers.append(Dense(n, m, rows[:m], list(bias[:m]), list(multipliers[:m]), shift, is_last, bits))
        return multipliers_at + 8 * pairs

    def _prove_range(self, layer, index):
        for k, (row, b) in enumerate(zip(layer.weights, layer.bias)):
            bound = abs(b) + 255 * sum(map(abs, row))
            need(bound < 1 << 31, f"layer {index}, channel {k}: an accumulator may leave 32 bits")
            least, most = layer.ranges([0] * layer.inputs, [255] * layer.inputs)[k] if layer.shift else (0, 0)
            need(max(abs(least), abs(most)) << layer.shift < 1 << 31, f"layer {index}: the shift may overflow")

    def _read_metadata(self, at, length):
        self.metadata, end = {}, at + length
        while at < end:
            tag, size = struct.unpack_from("<II", self.data, at)
            self.metadata[tag] = self.data[at + 8 : at + 8 + size]
            at += 8 + ((size + 3) & ~3)
        need(at == end, "the metadata do not fill their section")

    def run(self, u):
        """The last layer's accumulators for bytes u."""
        for layer in self.layers:
            accumulators = layer.accumulators(u)
            if layer.is_last:
                return accumulators
            u = [min(max(layer.requantize(a, k), 0), 255) for k, a in enumerate(accumulators)]

    def logits(self, u):
        """Base-2 logits, exact."""
        last = self.layers[-1]
        return [Fraction(a * m, 1 << last.fraction_bits) for a, m in zip(self.run(u), last.multipliers)]

    def head(self, u):
        """The device's probabilities, Q1.31."""
        last = self.layers[-1]
        t = [a * m for a, m in zip(self.run(u), last.multipliers)]
        return head(t, last.fraction_bits)

    def digest_bytes(self):
        """What a certificate's checksum is taken of: no checksum, threshold and gap zero."""
        return self.data[:36] + bytes(8) + self.data[44:-4]


A1, A2, A3 = 0xB1721712, 0xF5FB3770, 0xE0FE629D


def _powers_of_two():
    """2^(-i/32) in Q32, rounded, found by integer roots; the first is 2 too small."""
    result = [0xFFFFFFFE]
    for i in range(1, 32):
        # x = 2^(32 - i/32), so x^32 = 2^(1024 - i).
        power, low, high = 1 << (1024 - i), 0, 1 << 33
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if middle**32 <= power else (low, middle)
        # Round to nearest: is (low + 1/2)^32 still below?
        result.append(low + 1 if (2 * low + 1) ** 32 <= power << 32 else low)
    return result


TABLE = _powers_of_two()
MASK = (1 << 32) - 1


def _upper(a, b):
    return (a * b) >> 32


def exp2_minus(distance):
    """2^(-distance) in Q32 for a distance in Q6.26."""
    n, base, y = distance >> 26, TABLE[(distance >> 21) & 31], (distance << 11) & MASK
    cubic = A2 - (_upper(y, A3) >> 7)
    slope = A1 - (_upper(y, cubic) >> 7)
    mantissa = base - (_upper(base, _upper(y, slope)) >> 5)
    low = n & 31
    first = low >> 1
    second = low - first
    half = (1 << second) >> 1
    return ((((mantissa >> first) + half) & MASK) >> second) >> ((n >> 5) * 31)


def head(t, fraction_bits):
    """The confidence head: probabilities in Q1.31 of logits t / 2^fraction_bits."""
    shift = fraction_bits - 26
    best = max(t)
    half = (1 << shift) >> 1
    e = [exp2_minus(min((best - x + half) >> shift, MASK)) for x in t]
    total = sum(e) + 2
    zeros = 32 - (total >> 32).bit_length()
    s, reciprocal_shift = total >> (32 - zeros), 32 - zeros
    x = ((3031741620 - _upper(s, 2021161080)) << 1) & MASK
    x = (_upper(x, (-_upper(s, x)) & MASK) << 1) & MASK
    x = ((_upper(x, (-_upper(s, x)) & MASK) << 1) - 4) & MASK
    residual = 0x80000000 - _upper(s, x)
    x = (x + (_upper(x, residual) << 1) - 2) & MASK
    return [((_upper(v, x) >> (reciprocal_shift - 1)) + 1) >> 1 for v in e]
