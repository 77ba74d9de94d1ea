"""Affine forms center + sum of coefficient * symbol, symbols in [-1, 1], in integers of 2^-BITS."""

from fractions import Fraction

BITS = 72
UNIT = 1 << BITS
SLOPE_BITS = BITS + 40


def scaled(form, slope):
    """slope * form on the grid of 2^-BITS, and how many units the result may be off, at most.

    The form is a list of integers of 2^-BITS; the slope a rational, itself rounded to SLOPE_BITS.
    """
    factor = round(slope * (1 << SLOPE_BITS))
    half = 1 << (SLOPE_BITS - 1)
    result = [(x * factor + half) >> SLOPE_BITS for x in form]
    return result, len(form) + 1 + (sum(map(abs, form)) >> SLOPE_BITS)


def above(x):
    """A rational in units of 2^-BITS, rounded up."""
    return -(-x.numerator * UNIT // x.denominator)


def nearest(x):
    """A rational in units of 2^-BITS, rounded, at most one unit off."""
    return x.numerator * UNIT // x.denominator


def combine(row, forms, width):
    """sum of row[j] * forms[j] for forms of `width` integers; forms may be None where they are 0."""
    columns = [0] * width
    for q, form in zip(row, forms):
        if q and form is not None:
            columns = [a + q * b for a, b in zip(columns, form)]
    return columns


def rational(units):
    return Fraction(units, UNIT)
