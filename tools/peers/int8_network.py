"""The int8 network that all runtimes get: read from Scruple's float twin (model.safetensors), in plain numbers.

Images are bytes u, read as u/255. Weights are whole numbers in -127...127 times a scale for each output channel.
Activations are bytes times a scale, with zero point 0. The last layer's outputs are 32-bit sums times a scale.
"""

import dataclasses
import json

import numpy as np
from safetensors import safe_open


@dataclasses.dataclass
class Dense:
    weights: np.ndarray        # int8, outputs x inputs
    weight_scales: np.ndarray  # float64, outputs
    bias: np.ndarray           # int32, outputs, in steps of input_scale * weight_scales
    input_scale: float
    output_scale: float        # of the activation's bytes; of the last layer: of int8 logits
    is_last: bool


@dataclasses.dataclass
class Network:
    layers: list
    labels: list

    @property
    def inputs(self):
        return self.layers[0].weights.shape[1]

    def sums(self, images):
        """The last layer's 32-bit sums for images (n x inputs bytes): exact but for the requantization, in float64."""
        x = images.astype(np.float64)
        for layer in self.layers:
            sums = x @ layer.weights.T.astype(np.float64) + layer.bias
            if layer.is_last:
                return sums
            x = np.clip(np.floor(sums * layer.input_scale * layer.weight_scales / layer.output_scale + 0.5), 0, 255)

    def logits(self, images):
        last = self.layers[-1]
        return self.sums(images) * last.input_scale * last.weight_scales


def read(path, calibration):
    """A float twin or an ordinary ReLU network as an int8 network.

    calibration: images (n x inputs bytes), for the range of the logits, and of activations that aren't clipped.
    """
    with safe_open(path, "numpy") as file:
        architecture = json.loads(file.metadata()["scruple"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    layers = []
    scale = 1 / 255
    x = calibration.astype(np.float32) / 255
    kinds = [layer for layer in enumerate(architecture["layers"]) if layer[1]["kind"] != "flatten"]
    for number, (index, layer) in enumerate(kinds):
        is_last = number == len(kinds) - 1
        activation = layer["activation"]["kind"]
        if layer["kind"] != "dense" or activation not in (("identity",) if is_last else ("relu", "clippedReLU")):
            raise SystemExit(f"{path}: layer {index} ({layer['kind']}, {activation}) is not compared")
        weight, bias = tensors[f"layers.{index}.weight"], tensors[f"layers.{index}.bias"]
        scales = tensors.get(f"layers.{index}.scale")
        if scales is None:
            scales = np.maximum(np.abs(weight).max(axis=1) / 127, 2.0 ** -60)
        scales = scales.astype(np.float64)
        x = x @ weight.T + bias
        if is_last:
            output_scale = float(np.abs(x).max()) / 127
        else:
            limit = layer["activation"].get("limit") or float(x.max())
            x = np.clip(x, 0, limit)
            output_scale = limit / 255
        layers.append(Dense(
            weights=np.rint(weight / scales[:, None]).astype(np.int8), weight_scales=scales,
            bias=np.rint(bias / (scale * scales)).astype(np.int32), input_scale=scale, output_scale=output_scale,
            is_last=is_last))
        scale = output_scale
    return Network(layers, architecture["labels"])
