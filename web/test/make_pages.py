"""Makes the report pages that page.py uses, and says which models stand behind them.

    python3 make_pages.py SCRUPLE FOLDER

Small trainings of some seconds each: three models of two features (the Iris demo), one of four, and of images two dense
networks and one with every kind of layer.
"""
import json, pathlib, re, subprocess, sys

scruple, folder = sys.argv[1], pathlib.Path(sys.argv[2])
models = pathlib.Path("models")


def run(*arguments):
    done = subprocess.run([scruple, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(print(f"test-web: {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}", file=sys.stderr) or 1)


def trained(recipe, target, certifies=True):
    """Trains a recipe's text into a folder, with its int8 program and certificate; gives the program and its twin."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "recipe.yaml").write_text(recipe)
    run("train", target / "recipe.yaml", "-o", target)
    twin, program = target / "model.safetensors", target / "model.scruple"
    run("quantize", twin, "-o", program, "--threshold", "0.8")
    if certifies:
        run("certify", twin, program, "-o", target / "certificate.json", "--attach")
    return str(program), str(twin)


run("demo", "iris", "-o", folder / "iris")
pairs = []
for name in ["iris-logistic", "iris-mlp-plain", "iris-mlp-acet"]:
    twins = [folder / "iris" / name / file for file in ["model.twin.safetensors", "model.safetensors"]]
    pairs.append([str(folder / "iris" / name / "model.scruple"), str(next(filter(pathlib.Path.exists, twins)))])
(folder / "iris.json").write_text(json.dumps(pairs))

features = [{"name": name, "low": 0, "high": 8} for name in ["sepal length", "sepal width", "petal length", "petal width"]]
program, twin = trained(f"""
name: iris-four
seed: 1
data: {{train: iris}}
features: {json.dumps(features)}
network: {{hidden: [12]}}
optimizer: {{kind: adam, rate: 0.01}}
epochs: 60
batch: 32
grid: {{limit: 6}}
""", folder / "four")
run("report", folder / "four", "--data", "iris", "-o", folder / "rows")
(folder / "rows.json").write_text(json.dumps({"model": program, "twin": twin, "features": features}))

pairs, folders = [], []
for name in ["fashion-plain", "fashion-ceda"]:
    recipe = (models / name / "recipe.yaml").read_text()
    for pattern, short in [(r"(?m)^epochs: \d+", "epochs: 2"), (r"{epochs: \d+", "{epochs: 1"), (r"warmup: \d+", "warmup: 0")]:
        recipe = re.sub(pattern, short, recipe)
    folders.append(folder / name)
    pairs.append(trained(recipe, folders[-1]))
folders.append(folder / "fashion-layers")
pairs.append(trained("""
name: fashion-layers
seed: 1
data: {train: "fashion-mnist:test"}
network:
  layers:
    - conv: {channels: 4, kernel: 5, stride: 2, padding: same}
    - pool: {kind: max, size: 2}
    - conv: {name: wide, channels: 8, kernel: 3, padding: same}
    - depthwise: {kernel: 3, padding: same}
    - conv: {channels: 8, kernel: 1, activation: identity}
    - add: {with: wide}
    - globalPool: {kind: average}
optimizer: {kind: adam, rate: 0.01}
epochs: 2
batch: 128
grid: {epochs: 1, limit: 4}
""", folders[-1], certifies=False))
run("report", *folders, "--data", "fashion-mnist", "-o", folder / "images")
(folder / "images.json").write_text(json.dumps(pairs))
