"""Times one epoch of the same training in PyTorch and Scruple: a 784-100-10 ReLU network, cross-entropy, Adam,
batches of 128 of 60,000 images in a new random order, float32.

Both keep the images in memory and only pick rows, so no data loader is timed. PyTorch runs in four ways (Adam fused
or not; rows picked batch by batch, or all permuted at once), and the fastest counts. The two take turns, several
times; the least time of each counts, so that other work on the machine does not decide.

Run it through tools/bench-training, which sets up PyTorch.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import torch

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COUNT, BATCH, RATE = 60_000, 128, 1e-3


def epoch(model, optimizer, loss_function, images, labels, permute_first):
    """Trains one epoch and returns its seconds."""
    start = time.perf_counter()
    order = torch.randperm(COUNT)
    if permute_first:
        images, labels = images[order], labels[order]
    for first in range(0, COUNT, BATCH):
        if permute_first:
            x, y = images[first : first + BATCH], labels[first : first + BATCH]
        else:
            picked = order[first : first + BATCH]
            x, y = images[picked], labels[picked]
        optimizer.zero_grad(set_to_none=True)
        loss_function(model(x), y).backward()
        optimizer.step()
    return time.perf_counter() - start


def pytorch(threads, epochs):
    """The least seconds of an epoch, over all ways, and which way it was."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    images = torch.rand(COUNT, 784)
    labels = torch.randint(0, 10, (COUNT,))
    best = (float("inf"), "")
    for fused in (True, False):
        for permute_first in (True, False):
            model = torch.nn.Sequential(torch.nn.Linear(784, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10))
            optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=fused)
            way = f"{'fused' if fused else 'plain'} Adam, {'permuted at once' if permute_first else 'picked by batch'}"
            for _ in range(epochs):
                seconds = epoch(model, optimizer, torch.nn.CrossEntropyLoss(), images, labels, permute_first)
                best = min(best, (seconds, way))
    return best


def scruple(program, threads, epochs):
    """The least seconds of an epoch."""
    command = [program, "bench-training", "--threads", str(threads), "--epochs", str(epochs), "--json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return min(json.loads(output)["seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scruple", default=str(ROOT / ".build/release/scruple"), help="the program")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3, help="turns of the two")
    parser.add_argument("--bound", type=float, default=0.7, help="exit 1 when a ratio is above it")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not pathlib.Path(options.scruple).exists():
        sys.exit(f"{options.scruple} is missing: swift build -c release --product scruple")
    results = []
    for threads in options.threads:
        ours, theirs = float("inf"), (float("inf"), "")
        for _ in range(options.rounds):
            ours = min(ours, scruple(options.scruple, threads, 4))
            theirs = min(theirs, pytorch(threads, 2))
        results.append(
            {"threads": threads, "scruple": ours, "pytorch": theirs[0], "way": theirs[1], "ratio": ours / theirs[0]}
        )
    if options.json:
        print(json.dumps({"torch": torch.__version__, "results": results}))
    else:
        print(f"one epoch of 784-100-10, batches of {BATCH}, Adam; PyTorch {torch.__version__}")
        for r in results:
            print(
                f"{r['threads']} thread{'s' if r['threads'] > 1 else ' '}  Scruple {r['scruple'] * 1000:6.1f} ms"
                f"   PyTorch {r['pytorch'] * 1000:6.1f} ms ({r['way']})   ratio {r['ratio']:.2f}"
                f"   {'at most' if r['ratio'] <= options.bound else 'ABOVE'} {options.bound}"
            )
    sys.exit(any(r["ratio"] > options.bound for r in results))


if __name__ == "__main__":
    main()
