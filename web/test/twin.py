"""The page's float twin against plain loops, and its gradients against finite differences, over all kinds of layers.

    python3 twin.py

Runs twin.js in headless Chromium. Exit status: 0 all agree, 1 otherwise.
"""
import json, math, pathlib, random, sys

from chromium import Chromium

source = pathlib.Path(__file__).resolve().parents[2] / "Sources/ScrupleReport/Resources/twin.js"
number = random.Random(1)


def numbers(count):
    return [number.uniform(-1, 1) for _ in range(count)]


def dense(inputs, outputs, **activation):
    return {"kind": "dense", "inputs": inputs, "outputs": outputs, "weight": numbers(inputs * outputs),
            "bias": numbers(outputs), **activation}


def window(kind, image, kernel, stride, padding, outputs=None, **activation):
    layer = {"kind": kind, "image": image, "kernel": kernel, "stride": stride, "padding": padding}
    taps = kernel[0] * kernel[1]
    if kind == "convolution":
        layer |= {"outputs": outputs, "weight": numbers(outputs * taps * image[2]), "bias": numbers(outputs)}
    if kind == "depthwise":
        layer |= {"outputs": image[2], "weight": numbers(image[2] * taps), "bias": numbers(image[2])}
    return layer | activation


# 7×6×2 → 4×3×4 (same), a branch through a depthwise and a 1×1 convolution, their sum, both poolings, two dense layers.
layers = [
    window("convolution", [7, 6, 2], [3, 3], [2, 2], [1, 0, 1, 1], 4, activation="clippedReLU", limit=0.8),
    window("depthwise", [4, 3, 4], [3, 3], [1, 1], [1, 1, 1, 1], activation="relu"),
    window("convolution", [4, 3, 4], [1, 1], [1, 1], [0, 0, 0, 0], 4, activation="clippedIdentity", limit=0.9),
    {"kind": "addition", "activation": "clippedReLU", "limit": 1.2},
    window("maximum pooling", [4, 3, 4], [2, 2], [2, 1], [0, 1, 0, 1]),
    window("average pooling", [2, 4, 4], [2, 3], [1, 1], [0, 0, 0, 0]),
    {"kind": "flatten"},
    dense(8, 5, activation="tanh"),
    dense(5, 3, activation="identity"),
]
sources = [[-1], [0], [1], [0, 2], [3], [4], [5], [6], [7]]
network = {"layers": layers, "sources": sources, "temperature": 1.5}


def activate(layer, x):
    limit = layer.get("limit")
    return {"identity": lambda: x, "relu": lambda: max(x, 0), "tanh": lambda: math.tanh(x),
            "clippedReLU": lambda: min(max(x, 0), limit),
            "clippedIdentity": lambda: min(max(x, -limit), limit)}[layer["activation"]]()


def windowed(layer, x):
    (height, width, channels), (rows, columns) = layer["image"], layer["kernel"]
    (down, across), (top, left, bottom, right) = layer["stride"], layer["padding"]
    kind, result = layer["kind"], []
    for y in range(0, height + top + bottom - rows + 1, down):
        for z in range(0, width + left + right - columns + 1, across):
            seen = [(i * columns + j, ((y + i - top) * width + z + j - left) * channels)
                    for i in range(rows) for j in range(columns)
                    if 0 <= y + i - top < height and 0 <= z + j - left < width]
            for k in range(layer.get("outputs", channels)):
                if kind == "convolution":
                    row = layer["weight"][k * rows * columns * channels:]
                    total = sum(row[tap * channels + c] * x[pixel + c] for tap, pixel in seen for c in range(channels))
                elif kind == "depthwise":
                    total = sum(layer["weight"][k * rows * columns + tap] * x[pixel + k] for tap, pixel in seen)
                elif kind == "maximum pooling":
                    total = max(x[pixel + k] for _, pixel in seen)
                else:
                    total = sum(x[pixel + k] for _, pixel in seen) / (rows * columns)
                result.append(activate(layer, total + layer["bias"][k]) if "bias" in layer else total)
    return result


def logits(x):
    values = []
    for layer, places in zip(layers, sources):
        inputs = [x if place < 0 else values[place] for place in places]
        if layer["kind"] == "flatten":
            values.append(inputs[0])
        elif layer["kind"] == "addition":
            values.append([activate(layer, a + b) for a, b in zip(*inputs)])
        elif layer["kind"] == "dense":
            count = layer["inputs"]
            values.append([activate(layer, b + sum(map(lambda w, v: w * v, layer["weight"][k * count:], inputs[0])))
                           for k, b in enumerate(layer["bias"])])
        else:
            values.append(windowed(layer, inputs[0]))
    return [value / network["temperature"] for value in values[-1]]


def log_probability(x, k):
    z = logits(x)
    return z[k] - math.log(sum(map(math.exp, z)))


worst_value = worst_slope = 0
with Chromium() as browser:
    browser.run(source.read_text() + f"\nvar twin = new Twin({json.dumps(network)}); 0")
    for trial in range(12):
        x, k = [number.random() for _ in range(84)], trial % 3
        got = browser.run(f"Array.from(twin.logits({x}))")
        worst_value = max(worst_value, *(abs(a - b) for a, b in zip(got, logits(x))))
        gradient = browser.run(f"Array.from(twin.gradient(Float64Array.from({x}), () => {k}).gradient)")
        for i in range(0, 84, 5):
            step = 1e-6
            ends = [log_probability(x[:i] + [x[i] + shift] + x[i + 1:], k) for shift in (step, -step)]
            worst_slope = max(worst_slope, abs((ends[0] - ends[1]) / (2 * step) - gradient[i]))
    largest = browser.run(f"Math.max(...twin.gradient(Float64Array.from({x}), () => 0).gradient.map(Math.abs))")
print(f"twin.js: logits within {worst_value:.0e} of plain loops, gradients within {worst_slope:.0e} of finite differences")
sys.exit(0 if worst_value < 1e-12 and worst_slope < 1e-7 and largest > 1e-3 else 1)
