"""Certificate A: every input. Derives the bounds of docs/certificates.md again, exactly."""

from fractions import Fraction

from .exact import LN2
from .program import need


class HiddenLayer:
    """What one layer adds to the difference between program and twin."""

    def __init__(self, pair, index, accumulators):
        layer, twin = pair.program.layers[index], pair.twin.layers[index]
        limit_in, limit = pair.limits[index], twin.limit
        self.half_step = None if limit is None else limit / 510
        self.perturbations = []
        for k in range(layer.outputs):
            magnitude = max(map(abs, accumulators[k]))
            product = limit_in * twin.scales[k]
            bias = abs(twin.bias[k] - layer.bias[k] * product / 255)
            m = layer.multipliers[k]
            if limit is not None:
                error = abs(Fraction(m << layer.shift, 1 << 32) - product / limit) * magnitude * limit / 255
                self.perturbations.append(error + bias)
            else:
                real = product / (255 * pair.twin.temperature)
                error = (LN2 * Fraction(m, 1 << layer.fraction_bits) - real).magnitude() * magnitude
                self.perturbations.append(error + bias / pair.twin.temperature)


def propagate(pair):
    """Accumulator ranges and neuron states of every layer, over every input."""
    low, high = [0] * pair.program.inputs, [255] * pair.program.inputs
    reals = [(Fraction(0), Fraction(1))] * pair.program.inputs
    result = []
    for layer, twin in zip(pair.program.layers, pair.twin.layers):
        accumulators = layer.ranges(low, high)
        pre = []
        for k, row in enumerate(layer.weights):
            least = sum((q * (a if q > 0 else b) for q, (a, b) in zip(row, reals) if q), Fraction(0))
            most = sum((q * (b if q > 0 else a) for q, (a, b) in zip(row, reals) if q), Fraction(0))
            pre.append((twin.bias[k] + twin.scales[k] * least, twin.bias[k] + twin.scales[k] * most))
        states = []
        if not layer.is_last:
            rounded = [tuple(layer.requantize(a, k) for a in accumulators[k]) for k in range(layer.outputs)]
            low = [min(max(a, 0), 255) for a, _ in rounded]
            high = [min(max(b, 0), 255) for _, b in rounded]
            reals = [(min(max(a, Fraction(0)), twin.limit), min(max(b, Fraction(0)), twin.limit)) for a, b in pre]
            states = [state(r, z, twin.limit) for r, z in zip(rounded, pre)]
        result.append((accumulators, states))
    return result


def state(device, twin, limit):
    """What a neuron does in both models, for every input.

    A twin that just touches a kink counts as unstable, as it does for anyone who rounds outward.
    """
    if device[1] <= 0 and twin[1] < 0:
        return "off"
    if device[0] >= 255 and twin[0] > limit:
        return "saturated"
    if device[0] >= 1 and device[1] <= 254 and twin[0] > 0 and twin[1] < limit:
        return "active"
    return "unstable"


def derive(pair, input_rounding):
    """Everything that the constants of a certificate are checked against."""
    ranges = propagate(pair)
    count = pair.program.inputs
    form = [{i: Fraction(1, 510)} if input_rounding else {} for i in range(count)]
    symbols = count if input_rounding else 0
    summaries, last = [], None
    for index, (accumulators, states) in enumerate(ranges[:-1]):
        layer, twin = pair.program.layers[index], pair.twin.layers[index]
        own = HiddenLayer(pair, index, accumulators)
        arriving = []
        for k, row in enumerate(layer.weights):
            scale, total = twin.scales[k], {}
            for q, inner in zip(row, form):
                if q:
                    for symbol, value in inner.items():
                        total[symbol] = total.get(symbol, 0) + q * value
            arriving.append({symbol: scale * value for symbol, value in total.items()})
        radii = [sum(map(abs, a.values())) for a in arriving]
        last = (states, own, arriving, symbols)
        summaries.append((index, twin.limit / 255, states, max(own.perturbations), max(radii)))
        form = []
        for k, s in enumerate(states):
            rest = own.perturbations[k] + own.half_step
            if s == "active":
                form.append({**arriving[k], symbols + k: rest})
            elif s == "unstable":
                half = {symbol: value / 2 for symbol, value in arriving[k].items()}
                form.append({**half, symbols + k: radii[k] / 2 + rest})
            else:
                form.append({})
        symbols += len(states)
    head = HiddenLayer(pair, len(ranges) - 1, ranges[-1][0])
    if last is None:  # no hidden layer: the input's rounding, if any, is all that arrives
        radius = Fraction(1, 510) if input_rounding else Fraction(0)

        class Input:
            perturbations = [Fraction(0)] * count
            half_step = radius

        last = (["active"] * count, Input, [{} for _ in range(count)], 0)
    return head, last, summaries


class PairForm:
    """The difference of two logits, as a matrix over earlier symbols and what the last hidden layer adds."""

    def __init__(self, pair, last, i, k):
        states, own, arriving, self.columns = last
        rows = pair.twin.layers[-1].weights
        self.base, self.rows, self.own = {}, [], Fraction(0)
        for j, s in enumerate(states):
            if s in ("off", "saturated"):
                continue
            v = Fraction(rows[i][j]) - Fraction(rows[k][j])
            self.own += abs(v) * (own.perturbations[j] + own.half_step)
            factor = v if s == "active" else v / 2
            terms = {symbol: factor * value for symbol, value in arriving[j].items()}
            for symbol, value in terms.items():
                self.base[symbol] = self.base.get(symbol, 0) + value
            if s == "unstable":
                self.rows.append(terms)

    def entrywise(self):
        return sum(sum(map(abs, row.values())) for row in [self.base] + self.rows)

    def semidefinite(self, weights):
        """A bound that the diagonal `weights` prove, whatever they are; None if they prove nothing.

        K = [diag(p) -B; -B' diag(q)] = R R' + E with R from a floating-point Cholesky factorization and E computed
        exactly: then no eigenvalue of K is below minus E's largest sum of a row.
        """
        matrix = [self.base] + self.rows
        m, n = len(matrix), self.columns
        need(len(weights) == m + n and all(w > 0 for w in weights), "the weights of a pair do not fit")
        unit = 1 << 60
        b = [[matrix[r].get(c, Fraction(0)) for c in range(n)] for r in range(m)]
        roots = [weights[r] ** 0.5 for r in range(m)]
        side = [[-float(b[r][c]) / roots[r] for r in range(m)] for c in range(n)]
        factor = []
        for i in range(n):
            row = []
            for j in range(i + 1):
                total = weights[m + i] if i == j else 0.0
                total -= sum(map(float.__mul__, side[i], side[j]))
                total -= sum(map(float.__mul__, row, factor[j] if j < i else row))
                if i == j:
                    if total <= 0:
                        return None
                    row.append(total**0.5)
                else:
                    row.append(total / factor[j][j])
            factor.append(row)
        # From here on integers, in units of 2^-60 (factors) and 2^-120 (products).
        def whole(x, power):
            return round(Fraction(x) * power)

        R = [whole(x, unit) for x in roots]
        S = [[whole(x, unit) for x in row] for row in side]
        C = [[whole(x, unit) for x in row] for row in factor]
        square = unit * unit
        sums = [0] * (m + n)
        for r in range(m):
            sums[r] += abs(whole(weights[r], square) - R[r] * R[r]) + 1
        for c in range(n):
            for r in range(m):
                error = abs(whole(-b[r][c], square) - S[c][r] * R[r]) + 1
                sums[r] += error
                sums[m + c] += error
        for i in range(n):
            for j in range(i + 1):
                value = whole(weights[m + i], square) if i == j else 0
                value -= sum(map(int.__mul__, S[i], S[j])) + sum(map(int.__mul__, C[i], C[j]))
                error = abs(value) + 1
                sums[m + i] += error
                if i != j:
                    sums[m + j] += error
        shift = Fraction(max(sums), square)
        return (sum(map(Fraction, weights)) + (m + n) * shift) / 2


def check(claims, pair, constants):
    head, last, summaries = derive(pair, constants["includesInputRounding"])
    temperature = pair.twin.temperature
    classes = pair.program.classes
    stated = {(p["first"], p["second"]): p for p in constants["pairs"]}
    need(len(stated) == len(constants["pairs"]) == classes * (classes - 1) // 2, "pairs of classes are missing")
    largest = Fraction(0)
    for i in range(classes):
        for k in range(i + 1, classes):
            need((i, k) in stated, f"the pair {i}, {k} is missing")
            claim = stated[i, k]
            form = PairForm(pair, last, i, k)
            rest = head.perturbations[i] + head.perturbations[k]
            entrywise = (form.entrywise() + form.own) / temperature + rest
            claims.upper(f"pair {i}, {k}: entrywise bound", claim["entrywise"], entrywise)
            bound = entrywise
            if claim.get("weights") is not None:
                proved = form.semidefinite(claim["weights"])
                need(proved is not None, f"pair {i}, {k}: the weights prove nothing")
                bound = min(entrywise, (proved + form.own) / temperature + rest)
            claims.upper(f"pair {i}, {k}: bound", claim["bound"], bound)
            largest = max(largest, Fraction(claim["bound"]))
    claims.equal("the largest bound of a pair", constants["gap"], largest)
    claims.equal("the constants' gap", claims.document["gap"], constants["gap"])
    # A difference of two nearly equal multipliers: Double's slack is a larger share of it.
    claims.upper(
        "the head's perturbation", constants["headPerturbation"], max(head.perturbations), Fraction(1, 10**4)
    )
    need(len(constants["layers"]) == len(summaries), "the constants' layers are not the model's")
    for claim, (index, step, states, perturbation, arriving) in zip(constants["layers"], summaries):
        claims.equal(f"layer {index}: index", claim["index"], index)
        claims.upper(f"layer {index}: step", claim["step"], step)
        for word in ("off", "saturated", "active", "unstable"):
            claims.equal(f"layer {index}: neurons that are {word}", claim[word], states.count(word))
        claims.upper(f"layer {index}: perturbation", claim["largestPerturbation"], perturbation)
        claims.upper(f"layer {index}: arriving difference", claim["largestArriving"], arriving)
    claims.equal("the constants' probability bound", constants["probabilityBound"], claims.document["probabilityBound"])
