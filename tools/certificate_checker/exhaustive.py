"""Certificate D: every input, one by one, in exact integers."""

import math
from fractions import Fraction

from .exact import LN2, Interval, softmax
from .program import need

MOST_INPUTS = 1 << 18  # what Python does in a minute or two


def differences(pair, u):
    """Program minus twin: intervals of the logits' differences, and of the probabilities."""
    device = [LN2 * t for t in pair.program.logits(u)]
    twin = pair.twin_logits(u)
    return [d - z for d, z in zip(device, twin)], softmax(device), softmax([Interval(z) for z in twin])


def gap(pair, u):
    """The largest change of a logit difference at one input."""
    delta = differences(pair, u)[0]
    return max(((a - b) for a in delta for b in delta), key=lambda x: x.high)


def change(pair, u):
    """The largest change of a probability at one input."""
    _, device, twin = differences(pair, u)
    return max((Interval((p - q).magnitude()) for p, q in zip(device, twin)), key=lambda x: x.high)


def confidence(pair, u):
    return max(differences(pair, u)[1], key=lambda p: p.high)


def check(claims, pair, constants):
    n = pair.program.inputs
    need(256**n <= MOST_INPUTS, f"256^{n} inputs are too many to try one by one in Python")
    need(constants["inputs"] == 256**n, f"there are {256**n} inputs, not {constants['inputs']}")
    slack = Fraction(constants["slack"])
    need(0 <= slack < Fraction(1, 10**6), "the slack is not small")
    room, measures = slack + Fraction(1, 10**12), {"gap": gap, "probabilityChange": change, "confidence": confidence}
    for key, measure in measures.items():
        claim = constants[key]
        claims.near(f"the {key} at its input", claim["value"], measure(pair, claim["input"]).high, room)
    claims.near("the gap", claims.document["gap"], Fraction(constants["gap"]["value"]) + slack, Fraction(1, 10**14))
    bound = Fraction(constants["probabilityChange"]["value"]) + slack + Fraction(1, 1 << 24)
    claims.near("the probability bound", claims.document["probabilityBound"], bound, Fraction(1, 10**14))
    check_classes(pair, constants)
    if claims.problems:
        return  # all inputs take a while, and it is refused anyway
    candidates = scan(pair)
    for key, measure in measures.items():
        best = max((measure(pair, u) for u in candidates[key]), key=lambda x: x.high)
        claims.near(f"the largest {key}", constants[key]["value"], best.high, room)
        need(Fraction(constants[key]["value"]) + slack >= best.high, f"{key} is not the maximum")


def check_classes(pair, constants):
    """The class that each extreme names."""
    delta, _, _ = differences(pair, constants["gap"]["input"])
    largest = max(d.high for d in delta)
    need(delta[constants["gap"]["classIndex"]].high == largest, "gap: another class")
    _, device, twin = differences(pair, constants["probabilityChange"]["input"])
    moved = [(p - q).magnitude() for p, q in zip(device, twin)]
    need(max(moved) - moved[constants["probabilityChange"]["classIndex"]] < Fraction(1, 10**9), "change: another class")
    device = differences(pair, constants["confidence"]["input"])[1]
    need(device[constants["confidence"]["classIndex"]].high == max(p.high for p in device), "confidence: another class")


def scan(pair):
    """The inputs that can be extreme: evaluated in integers, compared in floating point with room to spare."""
    program, last = pair.program, pair.program.layers[-1]
    unit = [math.log(2) * m / 2**last.fraction_bits for m in last.multipliers]
    twin_unit = 1 / (pair.twin.denominator * float(pair.twin.temperature))
    best = {"gap": (-1.0, []), "probabilityChange": (-1.0, []), "confidence": (-1.0, [])}
    margin = 1e-9  # floating point in this function is off by less than a thousandth of it

    def see(key, value, u):
        top, found = best[key]
        if value > top - margin:
            kept = [(v, x) for v, x in found if v > value - margin] if value > top else found
            best[key] = (max(value, top), kept + [(value, u)] if len(kept) < 4096 else _nearest(kept) + [(value, u)])

    for u in inputs(program.inputs):
        device = [a * s for a, s in zip(program.run(u), unit)]
        twin = [z * twin_unit for z in pair.twin.numerators(u)]
        delta = [a - b for a, b in zip(device, twin)]
        size = max(delta) - min(delta)
        see("gap", size, u)
        p = _softmax(device)
        see("confidence", max(p), u)
        # No probability moves by more than a quarter of the gap.
        if size / 4 > best["probabilityChange"][0] - margin:
            see("probabilityChange", max(abs(a - b) for a, b in zip(p, _softmax(twin))), u)
    return {key: [u for _, u in _nearest(found)] for key, (_, found) in best.items()}


def _nearest(found):
    """The largest of those within the margin; more than enough where thousands tie."""
    return sorted(found, key=lambda item: -item[0])[:64]


def inputs(n):
    u = [0] * n
    while True:
        yield list(u)
        i = n - 1
        while i >= 0 and u[i] == 255:
            u[i] = 0
            i -= 1
        if i < 0:
            return
        u[i] += 1


def _softmax(z):
    top = max(z)
    powers = [math.exp(x - top) for x in z]
    total = sum(powers)
    return [x / total for x in powers]
