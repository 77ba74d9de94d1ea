"""The int8 network as a .tflite file, written through the schema that comes with LiteRT: fully connected layers with signed
bytes in and out (TFLite's q is the byte u minus 128), a scale for each output channel, fused ReLU.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


def build(network, batch):
    """The file's bytes; input int8 batch x inputs (image byte - 128), output int8 batch x classes."""
    model = schema.ModelT()
    model.version = 3
    model.description = "int8"
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    # Version 4: signed bytes, a scale for each tensor; 12: a scale for each channel.
    code.version = 12
    model.operatorCodes = [code]
    model.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = [], []

    def tensor(name, shape, kind, scales, zero, data=None, axis=0):
        t = schema.TensorT()
        t.name, t.shape, t.type = name, list(shape), kind
        t.quantization = schema.QuantizationParametersT()
        t.quantization.scale = [float(np.float32(s)) for s in scales]
        t.quantization.zeroPoint = [zero] * len(scales)
        t.quantization.quantizedDimension = axis
        t.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            t.buffer = len(model.buffers)
            model.buffers.append(buffer)
        graph.tensors.append(t)
        return len(graph.tensors) - 1

    kinds = schema.TensorType
    x = tensor("images", (batch, network.inputs), kinds.INT8, [network.layers[0].input_scale], -128)
    graph.inputs = [x]
    for i, layer in enumerate(network.layers):
        outputs = layer.weights.shape[0]
        # q = u - 128: the products of the 128 go into the bias by the kernel's own zero-point arithmetic.
        w = tensor(f"w{i}", layer.weights.shape, kinds.INT8, layer.weight_scales, 0, layer.weights)
        b = tensor(f"b{i}", (outputs,), kinds.INT32, layer.input_scale * layer.weight_scales, 0, layer.bias)
        y = tensor(
            "logits" if layer.is_last else f"y{i}", (batch, outputs), kinds.INT8, [layer.output_scale],
            0 if layer.is_last else -128)
        options = schema.FullyConnectedOptionsT()
        if not layer.is_last:
            options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        operator = schema.OperatorT()
        operator.opcodeIndex = 0
        operator.inputs, operator.outputs = [x, w, b], [y]
        operator.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
        operator.builtinOptions = options
        graph.operators.append(operator)
        x = y
    graph.outputs = [x]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1 << 17)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
