"""Times one int8 network in LiteRT, ONNX Runtime and Scruple: the same weights, the same images, one thread of one core.

Run it through tools/bench-inference, which sets up the Python packages.
"""

import argparse
import gzip
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

import numpy as np

import int8_network
import runtimes

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")


def silence_libraries():
    """Keeps the runtimes' own messages off standard error; ours still go there."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)


def images(prefix, count):
    """The first images of a part of Fashion-MNIST, count x 784 bytes."""
    file = FASHION / f"{prefix}-images-idx3-ubyte.gz"
    if not file.exists():
        sys.exit(f"{file} is missing: apt-get install dataset-fashion-mnist")
    with gzip.open(file) as stream:
        stream.read(16)
        return np.frombuffer(stream.read(784 * count), np.uint8).reshape(count, 784)


def microseconds(run, seconds=0.25):
    """The time of one call, in a loop: the least of many rounds that last `seconds` together."""
    clock = time.perf_counter
    calls, elapsed = 1, 0.0
    while elapsed < 0.004:
        calls *= 2
        start = clock()
        for _ in range(calls):
            run()
        elapsed = clock() - start
    best, end = elapsed, clock() + seconds
    while clock() < end:
        start = clock()
        for _ in range(calls):
            run()
        best = min(best, clock() - start)
    return 1e6 * best / calls


def check_classes(name, classes, exact, step):
    """The share of equal classes; exits if one differs whose exact logits are not within two steps of a tie."""
    chosen = exact[np.arange(len(classes)), classes]
    wrong = np.flatnonzero(exact.max(axis=1) - chosen > 2 * step)
    if len(wrong):
        sys.exit(f"{name} gives another class for image {wrong[0]}, which is not a tie: not the same network")
    return float((classes == exact.argmax(axis=1)).mean())


def scruple_figures(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=sys.stderr)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed with status {done.returncode}")
    try:
        figures = json.loads(done.stdout)
        times = {1: float(figures["single"])} | {int(b): float(t) for b, t in figures["batch"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        sys.exit(f'{shlex.join(command)} must print {{"single": µs, "batch": {{"32": µs}}}}: {error!r}')
    return times, figures.get("classes")


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/bench-inference",
        description="Times int8 inference in LiteRT, ONNX Runtime and Scruple: one thread, the same network and images. "
        "All figures are microseconds for one image. The time of an empty call from Python is taken off the other "
        "runtimes' figures, and they stop at the logits, while Scruple goes on to the confidence and its bracket.")
    parser.add_argument("model", nargs="?", default=str(ROOT / "models/fashion-plain"),
                        help="folder with model.safetensors and model.scruple (default: models/fashion-plain)")
    parser.add_argument("--scruple", metavar="COMMAND",
                        help='prints JSON {"single": µs, "batch": {"32": µs, ...}}, µs for one image, and if it has '
                        '"classes", those of the first test images (default: .build/release/scruple bench '
                        'MODEL.scruple --json)')
    parser.add_argument("--peers-only", action="store_true", help="don't run Scruple")
    parser.add_argument("--batches", default="1,32,256", help="batch sizes (default: 1,32,256)")
    parser.add_argument("--images", type=int, default=1024, help="test images whose classes are compared")
    parser.add_argument("--rounds", type=int, default=3, help="each runtime is timed so many times, in turn")
    parser.add_argument("--core", type=int, help="the CPU core to use (default: the last one)")
    parser.add_argument("--bound", type=float, metavar="R",
                        help="exit with status 1 if Scruple takes more than R times the best other runtime's time")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args()


def main():
    options = arguments()
    silence_libraries()
    core = max(os.sched_getaffinity(0)) if options.core is None else options.core
    os.sched_setaffinity(0, {core})
    batches = [int(b) for b in options.batches.split(",")]
    folder = pathlib.Path(options.model)
    if not (folder / "model.safetensors").exists():
        sys.exit(f"{folder / 'model.safetensors'} is missing: name a folder with a trained model")
    network = int8_network.read(folder / "model.safetensors", images("train", 1000))
    test = images("t10k", options.images)
    exact = network.logits(test)
    step = network.layers[-1].output_scale

    prepared, agreement = {}, {}
    for kind in runtimes.ALL:
        for batch in batches:
            runtime = kind(network, batch)
            count = len(test) // batch * batch
            classes = np.concatenate([runtime.classify(test[i:i + batch]) for i in range(0, count, batch)])
            agreement[kind.name] = min(
                agreement.get(kind.name, 1), check_classes(kind.name, classes, exact[:count], step))
            prepared[kind.name, batch] = runtime

    command = None
    if not options.peers_only:
        command = (shlex.split(options.scruple) if options.scruple else
                   [str(ROOT / ".build/release/scruple"), "bench", str(folder / "model.scruple"), "--json"])
    empty = microseconds(runtimes.empty_call())
    times = {}
    for _ in range(options.rounds):
        if command:
            figures, classes = scruple_figures(command)
            for batch, value in figures.items():
                times["Scruple", batch] = min(times.get(("Scruple", batch), np.inf), value)
            if classes:
                classes = np.array(classes[:len(test)])
                agreement["Scruple"] = check_classes("Scruple", classes, exact[:len(classes)], step)
        for key, runtime in prepared.items():
            each = max(microseconds(runtime.run) - empty, 0) / key[1]
            times[key] = min(times.get(key, np.inf), each)

    report(options, network, batches, times, agreement, empty)


def report(options, network, batches, times, agreement, empty):
    macs = sum(layer.weights.size for layer in network.layers)
    names = [kind.name for kind in runtimes.ALL] + (["Scruple"] if ("Scruple", batches[0]) in times else [])
    ratios = {}
    for batch in batches:
        best = min(times[kind.name, batch] for kind in runtimes.ALL)
        if ("Scruple", batch) in times:
            ratios[batch] = times["Scruple", batch] / best
    if options.json:
        print(json.dumps({
            "macs": macs, "emptyCall": empty,
            "microseconds": {n: {str(b): times[n, b] for b in batches if (n, b) in times} for n in names},
            "agreement": agreement, "ratio": {str(b): r for b, r in ratios.items()}}, indent=2, sort_keys=True))
    else:
        shape = "-".join(str(s) for s in [network.inputs] + [layer.weights.shape[0] for layer in network.layers])
        print(f"{shape}, int8, {macs:,} multiply-accumulates, one thread; µs for one image (10⁹ MAC/s)")
        print(f"{'':20}" + "".join(f"{'batch ' + str(b):>18}" for b in batches) + f"{'same class':>14}")
        for name in names:
            cells = [f"{times[name, b]:.3f} ({macs / times[name, b] / 1e3:.0f})" if (name, b) in times else "–"
                     for b in batches]
            share = f"{100 * agreement[name]:.2f} %" if name in agreement else "not told"
            print(f"{name:20}" + "".join(f"{c:>18}" for c in cells) + f"{share:>14}")
        if ratios:
            print(f"{'Scruple / best':20}" + "".join(f"{ratios[b]:>18.2f}" if b in ratios else f"{'–':>18}" for b in batches))
        print(f"An empty call from Python ({empty:.3f} µs) is taken off the first three.")
    if options.bound is not None and (not ratios or max(ratios.values()) > options.bound):
        sys.exit(1)


if __name__ == "__main__":
    main()
