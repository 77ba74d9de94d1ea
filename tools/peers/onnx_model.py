"""The int8 network in ONNX Runtime's quantized form: QuantizeLinear/DequantizeLinear pairs around each product, unsigned
activations, signed weights with a scale for each channel. This is what its static quantization writes, with this network's
own scales; the first quantization is left out, as the images are bytes already.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def build(network, batch):
    """The model's bytes; input `images` (uint8, batch x inputs), output `logits` (float, batch x classes)."""
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(value, name))
        return name

    def dequantized(name, source, scale, zero, axis=None):
        options = {} if axis is None else {"axis": axis}
        nodes.append(helper.make_node("DequantizeLinear", [source, scale, zero], [name], **options))
        return name

    quantized = "images"
    for i, layer in enumerate(network.layers):
        outputs = layer.weights.shape[0]
        x = dequantized(
            f"x{i}", quantized, constant(f"x{i}_scale", np.float32(layer.input_scale)),
            constant(f"x{i}_zero", np.uint8(0)))
        scales = constant(f"w{i}_scale", layer.weight_scales.astype(np.float32))
        w = dequantized(
            f"w{i}", constant(f"w{i}_int8", layer.weights), scales,
            constant(f"w{i}_zero", np.zeros(outputs, np.int8)), axis=0)
        b = dequantized(
            f"b{i}", constant(f"b{i}_int32", layer.bias),
            constant(f"b{i}_scale", (layer.input_scale * layer.weight_scales).astype(np.float32)),
            constant(f"b{i}_zero", np.zeros(outputs, np.int32)), axis=0)
        y = "logits" if layer.is_last else f"y{i}"
        nodes.append(helper.make_node("Gemm", [x, w, b], [y], transB=1))
        if not layer.is_last:
            # Bytes with zero point 0 end at 0 and at the clip: no ReLU is left to do.
            nodes.append(helper.make_node(
                "QuantizeLinear",
                [y, constant(f"y{i}_scale", np.float32(layer.output_scale)), constant(f"y{i}_zero", np.uint8(0))],
                [f"q{i}"]))
            quantized = f"q{i}"
    graph = helper.make_graph(
        nodes, "int8",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, [batch, network.inputs])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, network.layers[-1].weights.shape[0]])],
        constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()
