"""Linear relaxations of clipping: sound for every choice, narrow for the right one."""

from fractions import Fraction

HALF = Fraction(1, 2)


class Band:
    """f(x) - slope x lies in low...high."""

    __slots__ = ("slope", "low", "high")

    def __init__(self, slope, low, high):
        self.slope, self.low, self.high = Fraction(slope), Fraction(low), Fraction(high)

    @property
    def center(self):
        return (self.low + self.high) / 2

    @property
    def radius(self):
        return (self.high - self.low) / 2


def clamp(x, limit):
    x = max(x, 0)
    return x if limit is None else min(x, limit)


def narrowest(f, kinks, low, high):
    """The narrowest band around a continuous piecewise linear function.

    Its width is convex and piecewise linear in the slope, so it is least at the slope of a line through two of the
    points where f may bend or ends, or at 0.
    """
    if low == high:
        return Band(0, f(low), f(low))
    points = [(x, f(x)) for x in [low, high] + [k for k in kinks if low < k < high]]
    slopes = [Fraction(0)]
    for index, (x, y) in enumerate(points):
        slopes += [(y - b) / (x - a) for a, b in points[:index] if a != x]
    best = None
    for slope in slopes:
        rests = [y - slope * x for x, y in points]
        band = Band(slope, min(rests), max(rests))
        if best is None or band.radius < best.radius:
            best = band
    return best


def clipping(limit, low, high):
    """clamp(x, 0, limit); no limit for a plain ReLU."""
    if high <= 0:
        return Band(0, 0, 0)
    if limit is not None and low >= limit:
        return Band(0, limit, limit)
    if low >= 0 and (limit is None or high <= limit):
        return Band(1, 0, 0)
    return narrowest(lambda x: clamp(x, limit), [0] if limit is None else [0, limit], low, high)


def rounded_clipping(low, high):
    """The byte floor(x + 1/2), clipped to 0...255, over a range of x: the narrower of two bands."""
    band = clipping(255, low, high)
    bytes_low, bytes_high = byte(low), byte(high)
    if bytes_high - bytes_low <= band.high - band.low + 1:
        return Band(0, bytes_low, bytes_high)
    return Band(band.slope, band.low - HALF, band.high + HALF)


def byte(x):
    """x rounded to the nearest integer, halves up, clipped to 0...255."""
    return min(max((2 * x.numerator + x.denominator) // (2 * x.denominator), 0), 255)
