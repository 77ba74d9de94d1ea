"""Asks the host for the verdicts that the browser must give.

    python3 expect.py SCRUPLE FOLDER MODEL…

Writes FOLDER/expected.json, the models and their inputs: the first 1,000 Fashion-MNIST test images for models of
28×28 images, for tables rows all over and around the features' ranges, ties of rounding among them.
"""
import gzip, json, pathlib, shutil, subprocess, sys

scruple, folder, paths = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
images = pathlib.Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")


def ask(*arguments):
    answer = subprocess.run([scruple, *arguments, "--json"], stdout=subprocess.PIPE)
    if answer.returncode != 0:
        sys.exit(answer.returncode)
    return json.loads(answer.stdout)


def rows(features):
    """A lattice from below each range to above it, at thirds of steps and exactly between two steps."""
    points = 1
    while (points + 1) ** len(features) <= 1000:
        points += 1
    result = [[]]
    for position, feature in enumerate(features):
        step = (feature["high"] - feature["low"]) / 255
        values = [feature["low"] + step * (k * 275 / max(points - 1, 1) - 10 + (0.5 if (k + position) % 2 else 1 / 3))
                  for k in range(points)]
        result = [row + [value] for row in result for value in values]
    return result


models = []
for number, path in enumerate(paths):
    summary = ask("inspect", path)
    shutil.copyfile(path, folder / f"{number}.scruple")
    entry = {"model": f"{number}.scruple", "name": summary["name"], "inputs": None, "rows": None}
    if summary["input"]["kind"] == "image":
        if summary["input"]["shape"] != [28, 28, 1]:
            continue
        data = gzip.decompress(images.read_bytes())[16 : 16 + 1000 * 784]
        (folder / f"{number}.images").write_bytes(data)
        entry["inputs"] = f"{number}.images"
        entry["answers"] = ask("run", path, "fashion-mnist:test", "--limit", "1000")
    else:
        entry["rows"] = rows(summary["input"]["features"])
        entry["answers"] = ask("run", path, *(f"--row={','.join(map(repr, row))}" for row in entry["rows"]))
    models.append(entry)
kinds = {entry["inputs"] is None for entry in models}
if kinds != {True, False}:
    sys.exit("test-web: needs a model of 28×28 images and one of a table among: " + " ".join(paths))
(folder / "expected.json").write_text(json.dumps({"models": models}))
