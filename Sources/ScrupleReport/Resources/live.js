// Starts the page and its live parts. Each part's models and data stand in a JSON script beside it.

const bytesFrom = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const floatsFrom = (base64) => new Float32Array(bytesFrom(base64).buffer);

/// The weights of a layer: as they are, or integers times their row's scale.
function weightsOf({ weight, integers, scales, outputs }) {
  if (weight !== undefined) return floatsFrom(weight);
  const steps = new Int8Array(bytesFrom(integers).buffer), rowScales = floatsFrom(scales);
  const row = steps.length / outputs;
  return Float32Array.from(steps, (q, i) => q * rowScales[Math.floor(i / row)]);
}

/// A twin from its description.
function twinFrom(description) {
  const layers = description.layers.map((layer) => layer.bias === undefined
    ? layer : { ...layer, weight: weightsOf(layer), bias: floatsFrom(layer.bias) });
  return new Twin({ ...description, layers });
}

async function startPart(node, wasm) {
  const description = JSON.parse(document.getElementById(node.dataset.live).textContent);
  const models = await Promise.all(description.models.map(async ({ title, program, twin }, number) => ({
    title, number, device: await Scruple.load(bytesFrom(program), { wasm }), twin: twinFrom(twin),
  })));
  const { input } = models[0].device;
  const samples = description.samples?.map(({ name, values }) => ({ name, values: bytesFrom(values) }));
  const part = input.kind === "image" ? picturePart : input.features.length === 2 ? planePart : rowPart;
  node.replaceChildren(...part({ ...description, models, samples }));
  node.dataset.ready = "";
}

async function start() {
  startPage();
  const nodes = [...document.querySelectorAll("[data-live]")];
  if (nodes.length === 0) return;
  const wasm = await WebAssembly.compile(bytesFrom(document.getElementById("runtime").textContent));
  for (const node of nodes) {
    startPart(node, wasm).catch((error) => {
      const words = `This part can't be shown: ${error.message}`;
      node.replaceChildren(element("p", { className: "note", textContent: words }));
      console.error(error);
    });
  }
}

start();
