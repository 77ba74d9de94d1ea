"""The inputs that a certificate about boxes speaks of, and how a claim about one of them is proved."""

import base64
import hashlib
from fractions import Fraction

from .program import need

MOST_PARTS = 20_000
MOST_INPUTS_TO_SPLIT = 16


class Box:
    """Bytes low[i]...high[i]."""

    def __init__(self, low, high):
        self.low, self.high = low, high

    def contains(self, u):
        return len(u) == len(self.low) and all(a <= x <= b for a, x, b in zip(self.low, u, self.high))

    def halves(self, weights):
        """Two halves along the input whose width counts most; None for a single input."""
        widths = [(b - a) * w if b > a else -1 for a, b, w in zip(self.low, self.high, weights)]
        i = max(range(len(widths)), key=widths.__getitem__)
        if widths[i] < 0:
            return None
        middle = (self.low[i] + self.high[i]) // 2
        first, second = list(self.high), list(self.low)
        first[i], second[i] = middle, middle + 1
        return Box(self.low, first), Box(second, self.high)


class Region:
    """A list of boxes, and what is cut out of them."""

    def __init__(self, stated, boxes, inputs):
        self.kind, self.points, self.distance = stated["kind"], [], None
        need([b["index"] for b in boxes] == list(range(len(boxes))) and boxes, "boxes are missing")
        if self.kind == "balls":
            centers = [decode(b["input"], inputs) for b in boxes]
            check_list(stated, centers)
            radius = stated["radius"]
            need(isinstance(radius, int) and 0 <= radius <= 255, "the radius is no number of byte steps")
            self.boxes = [
                Box([max(x - radius, 0) for x in u], [min(x + radius, 255) for x in u]) for u in centers
            ]
            return
        need(len(boxes) == 1 and boxes[0].get("input") is None, "a region of one box has more")
        if self.kind == "box":
            low, high = stated["low"], stated["high"]
            need(0 <= low <= high <= 255, "the region is empty")
            self.boxes = [Box([low] * inputs, [high] * inputs)]
        else:
            need(self.kind == "far", f"a region of kind {self.kind} is not known")
            self.boxes = [Box([0] * inputs, [255] * inputs)]
            self.points = [decode(text, inputs) for text in stated["points"]]
            check_list(stated, self.points)
            self.distance, self.is_maximum = Fraction(stated["distance"]), stated["metric"] == "maximum"
            need(stated["metric"] in ("maximum", "euclidean") and self.distance >= 0, "the distance is unknown")

    def is_cut_away(self, box):
        """Whether one of the points is near to all of a box."""
        for point in self.points:
            reach = [max(b - x, x - a) for a, x, b in zip(box.low, point, box.high)]
            if self.is_maximum and max(reach) <= self.distance:
                return True
            if not self.is_maximum and sum(r * r for r in reach) <= self.distance**2:
                return True
        return False

    def contains(self, index, u):
        return self.boxes[index].contains(u) and not self.is_cut_away(Box(u, u))


def decode(text, inputs):
    u = list(base64.b64decode(text, validate=True))
    need(len(u) == inputs, f"an input has {len(u)} bytes, not {inputs}")
    return u


def check_list(stated, inputs):
    need(stated["samples"] == len(inputs), f"there are {len(inputs)} inputs, not {stated['samples']}")
    digest = hashlib.sha256(b"".join(map(bytes, inputs))).hexdigest()
    need(stated["checksum"] == digest, "the inputs are not those of the checksum")


def prove(box, region, bound, claim, weights):
    """The smallest bound that was reached for all of a box, splitting it until that is at most the claim.

    With many inputs nothing is split: halves are nearly as large as the whole.
    """
    parts, done, looked_at = [box], Fraction(0), 0
    while parts:
        part = parts.pop()
        if region.is_cut_away(part):
            continue
        value = bound(part)
        looked_at += 1
        halves = part.halves(weights) if value > claim and len(part.low) <= MOST_INPUTS_TO_SPLIT else None
        if halves is None or looked_at > MOST_PARTS:
            done = max(done, value)
            if done > claim:
                return done
        else:
            parts += halves
    return done
