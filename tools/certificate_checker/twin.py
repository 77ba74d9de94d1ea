"""Reads a float twin (safetensors) and evaluates it in exact rational arithmetic."""

import json
import math
import struct
from fractions import Fraction

from .program import Refused, need


class Layer:
    """A dense layer: exact weights, biases and clip; a hidden layer without a clip is a plain ReLU."""

    def __init__(self, weights, bias, scales, limit, is_linear):
        self.weights, self.bias, self.scales, self.limit = weights, bias, scales, limit
        self.is_linear = is_linear
        self.outputs, self.inputs = len(weights), len(weights[0])


class Twin:
    """A network as its file has it."""

    def __init__(self, data):
        need(len(data) >= 8, "not a safetensors file")
        (length,) = struct.unpack_from("<Q", data)
        need(8 + length <= len(data), "the safetensors header is longer than the file")
        header = json.loads(data[8 : 8 + length], object_pairs_hook=unique)
        metadata = header.pop("__metadata__", {})
        tensors, position = {}, 0
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            begin, end = entry["data_offsets"]
            need(entry["dtype"] == "F32" and begin == position, f"tensor {name}: a hole, an overlap or not F32")
            need(end - begin == 4 * math.prod(entry["shape"]), f"tensor {name}: its shape does not match its bytes")
            values = struct.unpack_from(f"<{(end - begin) // 4}f", data, 8 + length + begin)
            need(all(map(math.isfinite, values)), f"tensor {name} is not finite")
            tensors[name], position = (entry["shape"], values), end
        need(8 + length + position == len(data), "bytes that belong to no tensor")
        architecture = json.loads(metadata["scruple"], object_pairs_hook=unique)
        self.name = architecture["name"]
        self.labels = architecture["labels"]
        self.temperature = Fraction(struct.unpack("<f", struct.pack("<f", architecture["temperature"]))[0])
        need(self.temperature > 0, "the temperature is not positive")
        self.layers = []
        for index, layer in enumerate(architecture["layers"]):
            if layer["kind"] == "dense":
                self.layers.append(self._dense(tensors, index, layer))
        need(self.layers and not tensors, "tensors that the architecture does not have")
        self._integers()

    @staticmethod
    def _dense(tensors, index, layer):
        n, m = layer["inputs"], layer["outputs"]
        shape, weight = tensors.pop(f"layers.{index}.weight")
        need(shape == [m, n], f"layer {index}: its weights are {shape}")
        _, bias = tensors.pop(f"layers.{index}.bias")
        scales = None
        if layer.get("grid"):
            scales = [Fraction(s) for s in tensors.pop(f"layers.{index}.scale")[1]]
        activation = layer["activation"]
        limit = None
        if activation["kind"] == "clippedReLU":
            limit = Fraction(struct.unpack("<f", struct.pack("<f", activation["limit"]))[0])
        else:
            known = activation["kind"] in ("identity", "relu")
            need(known, f"layer {index}: {activation['kind']} cannot be checked")
        rows = [weight[k * n : (k + 1) * n] for k in range(m)]
        return Layer(rows, [Fraction(b) for b in bias], scales, limit, activation["kind"] == "identity")

    def _integers(self):
        """Scales everything so that the network can be evaluated in integers.

        With inputs u/255, layer l's pre-activations times 255 * 2^(e_0 + ... + e_l) are integers.
        """
        self.scaled, total = [], 0
        for layer in self.layers:
            e = max(w.as_integer_ratio()[1].bit_length() - 1 for row in layer.weights for w in row)
            for x in layer.bias + ([] if layer.limit is None else [layer.limit]):
                e = max(e, x.denominator.bit_length() - 1 - total)
            total += e
            rows = [
                ([int(math.ldexp(w, e)) for w in row], int(b * (255 << total)))
                for row, b in zip(layer.weights, layer.bias)
            ]
            limit = None if layer.limit is None else int(layer.limit * (255 << total))
            self.scaled.append((rows, layer.is_linear, limit))
        self.denominator = 255 << total

    def numerators(self, u):
        """The last pre-activations for inputs u/255, times `denominator`; exact."""
        x = u
        for rows, is_linear, limit in self.scaled:
            x = [sum(map(int.__mul__, row, x)) + b for row, b in rows]
            if not is_linear:
                x = [max(v, 0) for v in x] if limit is None else [min(max(v, 0), limit) for v in x]
        return x


class Models:
    """A float model and a program, evaluated at the same inputs."""

    def __init__(self, twin, program):
        self.twin, self.program = twin, program
        need(twin.layers[0].inputs == program.inputs, "the two models do not read the same inputs")
        need(twin.layers[-1].outputs == program.classes, "the two models do not know the same classes")

    def twin_logits(self, u):
        """The float model's logits for inputs u/255, divided by the temperature, exact."""
        return [Fraction(v, self.twin.denominator) / self.twin.temperature for v in self.twin.numerators(u)]


class Pair(Models):
    """A twin and its program, checked to have the same weights, clips and temperature."""

    def __init__(self, twin, program):
        super().__init__(twin, program)
        need(len(twin.layers) == len(program.layers), "the two models do not have the same layers")
        self.limits = [Fraction(1)]
        for index, (float_layer, layer) in enumerate(zip(twin.layers, program.layers)):
            need(
                (float_layer.inputs, float_layer.outputs) == (layer.inputs, layer.outputs),
                f"layer {index}: the two models do not have the same shape",
            )
            need(float_layer.scales is not None, f"layer {index} has no weight grid")
            fits = float_layer.is_linear if layer.is_last else float_layer.limit is not None
            need(fits, f"layer {index}: its activation is another one")
            for k, row in enumerate(layer.weights):
                # A scale has 24 significant bits at most and an integer 7: the product is exact in Double.
                scale = float(float_layer.scales[k])
                for i, q in enumerate(row):
                    if scale * q != float_layer.weights[k][i]:
                        raise Refused(f"layer {index}, channel {k}, input {i}: the weights are not the same")
            if float_layer.limit is not None:
                self.limits.append(float_layer.limit)


def unique(pairs):
    result = dict(pairs)
    need(len(result) == len(pairs), "a name comes twice in a JSON object")
    return result
