"""Certificates about boxes: C (how far the program can be from the reference) and E (how confident it can be)."""

import random
from fractions import Fraction

from . import differences, exhaustive, whole_domain
from .confidence_caps import Propagation
from .exact import LN2, exp, softmax, tanh_of_quarter
from .program import need
from .regions import Region, check_list, decode, prove

HEAD_ERROR = Fraction(1, 1 << 24)
NEAR = Fraction(1, 10**9)


def influence(program):
    """How much an input's width counts: the sizes of the weights that read it."""
    return [sum(abs(row[i]) for row in program.layers[0].weights) for i in range(program.inputs)]


class Differences:
    """C: a reference and a program, not necessarily with the same weights."""

    def __init__(self, claims, models, constants):
        self.claims, self.models, self.program = claims, models, models.program
        self.constants, self.stated = constants, constants["boxes"]
        self.rounding = constants["includesInputRounding"]
        self.region = Region(constants["region"], self.stated, self.program.inputs)
        self.layers = differences.paired_layers(models.twin, self.program)
        self.weights = influence(self.program)

    def check(self, chosen, data=None):
        need(data is None, "only confidence caps are compared with data")
        for index in chosen:
            self._check_box(index, self.stated[index])
        for index, claim in enumerate(self.stated):
            need(claim["probabilityBound"] == max(claim["classBounds"]), f"box {index}: another largest bound")
            if claim.get("found"):
                self._check_found(index, claim)
        self._check_summary()

    def _check_box(self, index, claim):
        box, what = self.region.boxes[index], f"box {index}"
        bounds, changes = differences.bound(self.layers, box.low, box.high, self.rounding)
        claims, classes = self.claims, range(self.program.classes)
        need(len(claim["classBounds"]) == len(classes), f"{what}: a bound for each class is missing")
        claims.proved(f"{what}: gap", claim["gap"], bounds.gap())
        derived = [c.magnitude + HEAD_ERROR for c in changes]
        possible = [k for k in classes if any(_can_win(t, k, classes) for t in (bounds.reference, bounds.program))]
        need(set(possible) <= set(claim["possibleClasses"]), f"{what}: a possible class is missing")
        of_confidence = max(derived[k] for k in possible)
        if claim["parts"] > 1:

            def largest(part):
                return max(c.magnitude for c in differences.bound(self.layers, part.low, part.high, self.rounding)[1])

            least = min(Fraction(claim["probabilityBound"]), Fraction(claim["confidenceBound"]))
            searched = prove(box, self.region, largest, least - HEAD_ERROR, self.weights) + HEAD_ERROR
            derived = [min(d, searched) for d in derived]
            of_confidence = min(of_confidence, searched)
        for k in classes:
            claims.proved(f"{what}: bound of class {k}", claim["classBounds"][k], derived[k])
        claims.proved(f"{what}: bound of the confidence", claim["confidenceBound"], of_confidence)
        reference, program = [c.reference for c in changes], [c.program for c in changes]
        for name, ranges, slack in (("reference", reference, 0), ("program", program, HEAD_ERROR)):
            low, high = map(Fraction, claim[f"{name}Confidence"])
            top = max(ranges[k].high for k in possible) + slack
            claims.proved(f"{what}: the {name}'s confidence", high, min(top, Fraction(1)))
            bottom = max(r.low for r in ranges) - slack
            claims.proved(f"{what}: the {name}'s confidence", -low, -max(bottom, Fraction(0)))

    def _check_found(self, index, claim):
        found = claim["found"]
        u = decode(found["input"], self.program.inputs)
        need(self.region.contains(index, u), f"box {index}: what was found lies outside")
        change, gap = self._at(u)
        self.claims.near(f"box {index}: the change found", found["change"], change.high, NEAR)
        self.claims.near(f"box {index}: the gap found", found["gap"], gap.high, NEAR)
        need(gap.low <= Fraction(claim["gap"]), f"box {index}: an input refutes the gap")
        need(change.low <= Fraction(claim["probabilityBound"]), f"box {index}: an input refutes the bound")

    def _at(self, u):
        """The change of a probability, and of a logit difference, at one input."""
        return exhaustive.change(self.models, u), exhaustive.gap(self.models, u)

    def check_samples(self, count):
        generator, boxes = random.Random(1), self.region.boxes
        for _ in range(count):
            index = generator.randrange(len(boxes))
            box, claim = boxes[index], self.stated[index]
            u = [generator.randint(a, b) for a, b in zip(box.low, box.high)]
            if self.region.contains(index, u):
                change, gap = self._at(u)
                need(gap.low <= Fraction(claim["gap"]), f"box {index}: an input refutes the gap")
                need(change.low <= Fraction(claim["probabilityBound"]), f"box {index}: an input refutes the bound")
                self.claims.checked += 1

    def _check_summary(self):
        claims, summary, stated = self.claims, self.constants["summary"], self.stated
        claims.equal("the gap", claims.document["gap"], max(b["gap"] for b in stated))
        bounds = [b["probabilityBound"] for b in stated]
        claims.equal("the probability bound", claims.document["probabilityBound"], max(bounds))
        self._spread("the probability bounds", summary["probability"], bounds)
        self._spread("the confidence bounds", summary["confidence"], [b["confidenceBound"] for b in stated])
        self._spread("the gaps", summary["gap"], [b["gap"] for b in stated])
        need(len(summary["classes"]) == self.program.classes, "the summary's classes are not the model's")
        for k, spread in enumerate(summary["classes"]):
            self._spread(f"class {k}", spread, [b["classBounds"][k] for b in stated])
        below, bins = -1, summary["histogram"]
        for number, b in enumerate(bins):
            is_last = number == len(bins) - 1
            count = sum(below < x and (x <= b["atMost"] or is_last) for x in bounds)
            claims.equal(f"the bounds up to {b['atMost']}", b["boxes"], count)
            below = b["atMost"]
        need(sum(b["boxes"] for b in bins) == len(stated), "the histogram does not count every box once")
        found = [b for b in stated if b.get("found")]
        need(bool(found) == (summary.get("found") is not None), "what was found is not summed up")
        if found:
            self._spread("what was found", summary["found"], [b["found"]["change"] for b in found])
            if summary["found"]["largest"] > 0:
                ratio = Fraction(max(bounds)) / Fraction(summary["found"]["largest"])
                claims.near("the tightness", claims.document["tightness"], ratio, NEAR * ratio)
            ratios = [b["probabilityBound"] / b["found"]["change"] for b in found if b["found"]["change"] > 0]
            if ratios:
                self._spread("the tightness of boxes", summary["tightness"], ratios)

    def _spread(self, what, stated, values):
        values = sorted(values)
        self.claims.equal(f"{what}: median", stated["median"], values[len(values) // 2])
        self.claims.equal(f"{what}: largest", stated["largest"], values[-1])


def _can_win(table, k, classes):
    return all(i == k or table[k, i][1] >= 0 for i in classes)


class Caps:
    """E: the program alone, and with certificate A the twin."""

    def __init__(self, claims, pair, constants):
        self.claims, self.pair, self.program = claims, pair, pair.program
        self.constants, self.stated = constants, constants["boxes"]
        self.region = Region(constants["region"], self.stated, pair.program.inputs)
        self.weights = influence(pair.program)

    def check(self, chosen, data=None):
        claims, constants = self.claims, self.constants
        whole_domain.check(claims, self.pair, constants["wholeDomain"])
        for index in chosen:
            claim = Fraction(self.stated[index]["cap"])
            if claim < 1:
                cap = prove(
                    self.region.boxes[index],
                    self.region,
                    lambda part: max(Propagation(self.program, part.low, part.high).class_caps()),
                    claim - HEAD_ERROR,
                    self.weights,
                )
                claims.proved(f"box {index}: the cap", claim, cap + HEAD_ERROR)
        for index, stated in enumerate(self.stated):
            found = stated.get("found")
            if found:
                u = decode(found["input"], self.program.inputs)
                need(self.region.contains(index, u), f"box {index}: what was found lies outside")
                derived = self._confidence(u, stated)
                claims.near(f"box {index}: the confidence found", found["confidence"], derived, NEAR)
        largest = max(b["cap"] for b in self.stated)
        claims.equal("the largest cap", constants["confidenceCap"], largest)
        claims.equal("the document's cap", claims.document["confidenceCap"], largest)
        self._check_float(Fraction(largest))
        self._check_detection(data)
        best = max((b["found"]["confidence"] for b in self.stated if b.get("found")), default=0)
        if best > 0:
            claims.near("the tightness", claims.document["tightness"], Fraction(largest) / Fraction(best), NEAR)

    def _confidence(self, u, stated):
        p = softmax([LN2 * t for t in self.program.logits(u)])
        best = max(p, key=lambda x: x.high)
        cap = Fraction(stated["cap"])
        need(best.low <= cap, f"box {stated['index']}: an input refutes the cap")
        need(max(self.program.head(u)) <= cap * (1 << 31), f"box {stated['index']}: an input refutes the cap")
        return best.high

    def check_samples(self, count):
        generator, boxes = random.Random(1), self.region.boxes
        for _ in range(count):
            index = generator.randrange(len(boxes))
            u = [generator.randint(a, b) for a, b in zip(boxes[index].low, boxes[index].high)]
            if self.region.contains(index, u):
                self._confidence(u, self.stated[index])
                self.claims.checked += 1

    def _check_float(self, cap):
        """The step from the program's confidence to the twin's."""
        document, gap = self.claims.document, Fraction(self.claims.document["gap"])
        growth = exp(gap).high
        odds = cap * growth
        bound = min(Fraction(1), cap + tanh_of_quarter(gap).high + HEAD_ERROR, odds / (odds + 1 - cap))
        stated = document["floatConfidenceCap"]
        self.claims.upper("the cap of the float twin", stated, bound)
        self.claims.equal("the constants' float cap", self.constants["floatConfidenceCap"], stated)

    def _check_detection(self, data):
        """The shares from caps and confidences; with `data` (all inputs' bytes) the confidences, too."""
        document, stated = self.claims.document, self.constants.get("detection")
        if stated is None:
            need(document.get("guaranteedAUROC") is None, "an AUROC without data")
            return
        confidences, caps = stated["data"]["confidences"], sorted(b["cap"] for b in self.stated)
        need(confidences == sorted(confidences) and confidences, "the data's confidences are not in order")
        need(len(confidences) == stated["data"]["samples"], "a confidence for each of the data is missing")
        if data is not None:
            n = self.program.inputs
            inputs = [data[i : i + n] for i in range(0, len(data), n)]
            check_list(stated["data"], inputs)
            derived = sorted(Fraction(max(self.program.head(u)), 1 << 31) for u in inputs)
            need([Fraction(c) for c in confidences] == derived, "the data's confidences are others")
            self.claims.checked += len(inputs)
        below = pairs = 0
        for c in confidences:
            while below < len(caps) and caps[below] < c:
                below += 1
            pairs += below
        auroc = Fraction(pairs, len(confidences) * len(caps))
        threshold = confidences[min(len(confidences) // 20, len(confidences) - 1)]
        rate = Fraction(sum(c >= threshold for c in caps), len(caps))
        tiny = Fraction(1, 10**14)
        for holder in (stated, document):
            self.claims.near("the guaranteed AUROC", holder["guaranteedAUROC"], auroc, tiny)
            self.claims.near("the guaranteed FPR95", holder["guaranteedFPR95"], rate, tiny)
        self.claims.equal("the threshold", stated["threshold95"], threshold)
        self.claims.near("the mean cap", stated["meanCap"], sum(map(Fraction, caps)) / len(caps), Fraction(1, 10**12))
