"""Times one epoch of the same training in PyTorch and Scruple, float32, Adam, batches of 128, images in a new random
order:

  dense           784-100-10 with ReLU, cross-entropy, 60,000 images
  lenet           conv 5×5 to 16, max pool, conv 5×5 to 32, max pool, 10 logits; cross-entropy, 60,000 images
  lenet --loss acet   the same; half of each batch is uniform noise, moved in 40 steps of projected gradient ascent
                  on the confidence before it counts (Hein, Andriushchenko and Bitterwolf 2019); fewer images

Both keep the images in memory and only pick rows, so no data loader is timed. PyTorch runs in several ways (Adam fused
or not; rows picked batch by batch, or all permuted at once; maps in the order height, width, channel or channel first),
and the fastest counts. In the attack it gets gradients by the input only. The two take turns, several times; the least
time of each counts, so that other work on the machine does not decide.

Run it through tools/bench-training, which sets up PyTorch.
"""

import argparse
import itertools
import json
import pathlib
import subprocess
import sys
import time

import torch

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BATCH, RATE, EPSILON, STEPS = 128, 1e-3, 0.3, 40


def build(network):
    """The model, and the shape of one input."""
    from torch import nn

    if network == "dense":
        return nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10)), (784,)
    layers = [nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 49, 10)]
    return nn.Sequential(*layers), (1, 28, 28)


def confidence(logits):
    """Of each row, the log of its largest probability."""
    return torch.log_softmax(logits, dim=1).max(dim=1).values


def attack(model, noise):
    """The surest of all points that the ascent passes."""
    x = noise + torch.rand(len(noise), *[1] * (noise.dim() - 1)) * (torch.rand_like(noise) * 2 - 1) * EPSILON
    x = x.clamp(0, 1)
    low, high = (noise - EPSILON).clamp(min=0), (noise + EPSILON).clamp(max=1)
    best, best_values = x.clone(), torch.full((len(noise),), -float("inf"))
    for step in range(STEPS + 1):
        if step == STEPS:
            with torch.no_grad():
                values = confidence(model(x))
        else:
            x = x.detach().requires_grad_(True)
            values = confidence(model(x))
            (gradient,) = torch.autograd.grad(values.sum(), x)
        with torch.no_grad():
            better = values > best_values
            best[better], best_values[better] = x[better], values[better]
            if step < STEPS:
                x = torch.minimum(torch.maximum(x + EPSILON / STEPS * gradient.sign(), low), high)
    return best.detach()


def epoch(model, optimizer, images, labels, permute_first, acet):
    """Trains one epoch and returns its seconds."""
    loss_function = torch.nn.CrossEntropyLoss()
    rows = BATCH // 2 if acet else BATCH
    start = time.perf_counter()
    order = torch.randperm(len(images))
    if permute_first:
        images, labels = images[order], labels[order]
    for first in range(0, len(images), rows):
        if permute_first:
            x, y = images[first : first + rows], labels[first : first + rows]
        else:
            picked = order[first : first + rows]
            x, y = images[picked], labels[picked]
        if acet:
            noise = attack(model, torch.rand_like(x))
            optimizer.zero_grad(set_to_none=True)
            logits = model(torch.cat([x, noise]))
            (loss_function(logits[: len(x)], y) + confidence(logits[len(x) :]).mean()).backward()
        else:
            optimizer.zero_grad(set_to_none=True)
            loss_function(model(x), y).backward()
        optimizer.step()
    return time.perf_counter() - start


def pytorch(options, threads, epochs):
    """The least seconds of an epoch, over all ways, and which way it was."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    acet = options.loss == "acet"
    best = (float("inf"), "")
    orders = (False, True) if options.network == "lenet" else (False,)
    for fused, permute_first, channels_last in itertools.product((True, False), (True, False), orders):
        if acet and not (fused and permute_first):
            continue  # Neither counts beside 40 steps.
        model, shape = build(options.network)
        images = torch.rand(options.samples, *shape)
        labels = torch.randint(0, 10, (options.samples,))
        if channels_last:
            model = model.to(memory_format=torch.channels_last)
            images = images.to(memory_format=torch.channels_last)
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=fused)
        way = f"{'fused' if fused else 'plain'} Adam, {'permuted at once' if permute_first else 'picked by batch'}"
        if options.network == "lenet":
            way += f", {'channels last' if channels_last else 'channels first'}"
        for _ in range(epochs):
            best = min(best, (epoch(model, optimizer, images, labels, permute_first, acet), way))
    return best


def scruple(options, threads, epochs):
    """The least seconds of an epoch."""
    command = [options.scruple, "bench-training", "--network", options.network, "--loss", options.loss]
    command += ["--samples", str(options.samples), "--threads", str(threads), "--epochs", str(epochs), "--json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return min(json.loads(output)["seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scruple", default=str(ROOT / ".build/release/scruple"), help="the program")
    parser.add_argument("--network", choices=["dense", "lenet"], default="dense")
    parser.add_argument("--loss", choices=["cross-entropy", "acet"], default="cross-entropy")
    parser.add_argument("--samples", type=int, help="images of an epoch (60000, with acet 2048)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3, help="turns of the two")
    parser.add_argument("--bound", type=float, help="exit 1 when a ratio is above it (dense .7, lenet .8)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not pathlib.Path(options.scruple).exists():
        sys.exit(f"{options.scruple} is missing: swift build -c release --product scruple")
    options.samples = options.samples or (2048 if options.loss == "acet" else 60_000)
    bound = options.bound or (0.7 if options.network == "dense" else 0.8)
    ours_epochs, theirs_epochs = (4, 2) if options.network == "dense" else (2, 1)
    results = []
    for threads in options.threads:
        ours, theirs = float("inf"), (float("inf"), "")
        for _ in range(options.rounds):
            ours = min(ours, scruple(options, threads, ours_epochs))
            theirs = min(theirs, pytorch(options, threads, theirs_epochs))
        results.append(
            {"threads": threads, "scruple": ours, "pytorch": theirs[0], "way": theirs[1], "ratio": ours / theirs[0]}
        )
    if options.json:
        print(json.dumps({"torch": torch.__version__, "results": results}))
    else:
        print(
            f"one epoch of {options.network}, {options.loss}, {options.samples} images, batches of {BATCH}, Adam; "
            f"PyTorch {torch.__version__}"
        )
        for r in results:
            print(
                f"{r['threads']} thread{'s' if r['threads'] > 1 else ' '}  Scruple {r['scruple'] * 1000:6.1f} ms"
                f"   PyTorch {r['pytorch'] * 1000:6.1f} ms ({r['way']})   ratio {r['ratio']:.2f}"
                f"   {'at most' if r['ratio'] <= bound else 'ABOVE'} {bound}"
            )
    sys.exit(any(r["ratio"] > bound for r in results))


if __name__ == "__main__":
    main()
