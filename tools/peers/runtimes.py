"""The other runtimes, each as a function that runs one batch, with inputs and outputs already in place, on one thread."""

import warnings

import numpy as np
import onnxruntime
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.options import CpuOptions, Options

import onnx_model
import tflite_model

warnings.filterwarnings("ignore")


class LiteRTInterpreter:
    """LiteRT's interpreter (XNNPACK by default)."""
    name = "LiteRT interpreter"

    def __init__(self, network, batch):
        self.interpreter = Interpreter(model_content=tflite_model.build(network, batch), num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.output = self.interpreter.get_output_details()[0]["index"]
        # The wrapped function: the public one checks references in Python first.
        self.run = self.interpreter._interpreter.Invoke

    def classify(self, images):
        self.interpreter.set_tensor(self.input, (images ^ 0x80).view(np.int8))
        self.run()
        return self.interpreter.get_tensor(self.output).argmax(axis=1)


class LiteRTCompiled:
    """LiteRT's newer interface, `CompiledModel`."""
    name = "LiteRT compiled"

    def __init__(self, network, batch):
        options = Options(cpu_options=CpuOptions(num_threads=1))
        self.model = CompiledModel.from_buffer(tflite_model.build(network, batch), options=options)
        self.inputs = self.model.create_input_buffers(0)
        self.outputs = self.model.create_output_buffers(0)
        self.shape = (batch, network.layers[-1].weights.shape[0])
        self.run = lambda: self.model.run_by_index(0, self.inputs, self.outputs)

    def classify(self, images):
        self.inputs[0].write((images ^ 0x80).view(np.int8))
        self.run()
        count = self.shape[0] * self.shape[1]
        return np.array(self.outputs[0].read(count, np.int8)).reshape(self.shape).argmax(axis=1)


class ONNXRuntime:
    """ONNX Runtime's CPU provider, with bound inputs and outputs."""
    name = "ONNX Runtime"

    def __init__(self, network, batch):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            onnx_model.build(network, batch), options, providers=["CPUExecutionProvider"])
        self.input = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((batch, network.inputs), np.uint8))
        classes = network.layers[-1].weights.shape[0]
        self.output = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((batch, classes), np.float32))
        self.binding = self.session.io_binding()
        self.binding.bind_ortvalue_input("images", self.input)
        self.binding.bind_ortvalue_output("logits", self.output)
        # The wrapped function, without the public one's Python.
        call, binding = self.session._sess.run_with_iobinding, self.binding._iobinding
        self.run = lambda: call(binding, None)

    def classify(self, images):
        self.input.update_inplace(np.ascontiguousarray(images))
        self.run()
        return self.output.numpy().argmax(axis=1)


ALL = [LiteRTInterpreter, LiteRTCompiled, ONNXRuntime]


def empty_call():
    """What calling a wrapped function that does next to nothing costs: a Python loop's step and the wrapper."""
    wrapped = LiteRTInterpreter(_smallest(), 1)
    return wrapped.interpreter._interpreter.NumSubgraphs


def _smallest():
    from int8_network import Dense, Network
    layer = Dense(np.ones((1, 1), np.int8), np.full(1, 0.01), np.zeros(1, np.int32), 1 / 255, 1.0, True)
    return Network([layer], ["one"])
