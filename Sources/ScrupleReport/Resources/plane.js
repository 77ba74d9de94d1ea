// A live plane of two features: a map for each model, made by the device's own program, and a point to move over it.

const side = 256; // The device reads one byte for each feature.

/// All answers of one model: for each input, row by row from the top, the class, its confidence, what a threshold
/// is compared with, the twin's probability of that class, and the largest difference of any class.
class PlaneAnswers {
  constructor(model) {
    this.model = model;
    this.class = new Uint8Array(side * side);
    for (const name of ["confidence", "sure", "float", "change"]) this[name] = new Float64Array(side * side);
    this.largestChange = { value: 0, at: 0 };
    this.filled = new Uint8Array(side);
  }

  /// A row that has been asked about and lies near this one, or null.
  nearest(row) {
    const near = row & ~7;
    return this.filled[row] ? row : this.filled[near] ? near : null;
  }

  /// Asks about one row of the map.
  fill(row) {
    const bytes = new Uint8Array([0, side - 1 - row]);
    for (let column = 0; column < side; column++) {
      bytes[0] = column;
      const at = row * side + column;
      const { verdict, float } = ask(this.model, bytes);
      this.class[at] = verdict.classIndex;
      this.confidence[at] = verdict.confidence;
      this.sure[at] = verdict.sure;
      this.float[at] = float[verdict.classIndex];
      this.change[at] = Math.max(...float.map((p, k) => Math.abs(p - verdict.probabilities[k])));
      if (this.change[at] > this.largestChange.value) this.largestChange = { value: this.change[at], at };
    }
    this.filled[row] = 1;
  }
}

/// The red, green and blue of #rrggbb.
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/// A model's map on a canvas.
class PlaneMap {
  #answers;
  #points;
  #classes;
  #layer = element("canvas", { width: side, height: side });
  #mask = element("canvas", { width: side, height: side });

  constructor(model, points) {
    this.#answers = new PlaneAnswers(model);
    this.#points = points;
    this.#classes = model.device.classCount;
    this.canvas = element("canvas", { width: 512, height: 512, className: "map", tabIndex: 0, role: "application" });
    this.canvas.setAttribute("aria-roledescription", "map");
    this.canvas.setAttribute(
      "aria-label", `Map of ${model.title}. Arrow keys move the point, with Shift by ten steps.`);
    this.note = element("p", { className: "note" });
  }

  get answers() {
    return this.#answers;
  }

  /// Paints the map's colours: what is asked for (int8, float, change), hatched where the verdict is "abstain".
  paint(what, threshold) {
    const { confidence, float, sure, change, largestChange } = this.#answers;
    const paper = channels(themed("--paper")), ink = channels(themed("--ink"));
    const colours = Array.from({ length: this.#classes }, (_, k) => channels(themed(`--s${k % 10}`)));
    const image = new ImageData(side, side), mask = new ImageData(side, side);
    const least = 1 / this.#classes;
    for (let cell = 0; cell < side * side; cell++) {
      const row = this.#answers.nearest(Math.floor(cell / side));
      if (row === null) continue;
      const at = row * side + (cell % side);
      const value = what === "float" ? float[at] : confidence[at];
      const share = what === "change"
        ? change[at] / (largestChange.value || 1) : 0.12 + (0.78 * (value - least)) / (1 - least);
      const colour = what === "change" ? ink : colours[this.#answers.class[at]];
      for (let c = 0; c < 3; c++) image.data[4 * cell + c] = paper[c] + share * (colour[c] - paper[c]);
      image.data[4 * cell + 3] = 255;
      const abstains = what === "int8" ? sure[at] < threshold : what === "float" ? float[at] < threshold : false;
      mask.data[4 * cell + 3] = abstains ? 255 : 0;
    }
    this.#layer.getContext("2d").putImageData(image, 0, 0);
    this.#mask.getContext("2d").putImageData(mask, 0, 0);
  }

  /// Draws the map, the data and the point on top, which stands at a device input.
  draw(bytes) {
    const size = this.canvas.width, context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, size, size);
    context.drawImage(this.#layer, 0, 0, size, size);
    context.drawImage(this.#hatched(size), 0, 0);
    const place = (x, y) => [((x + 0.5) / side) * size, size - ((y + 0.5) / side) * size];
    for (const { bytes: [x, y], label } of this.#points) mark(context, ...place(x, y), label);
    const [x, y] = place(...bytes);
    for (const [colour, width] of [[themed("--paper"), 5], [themed("--ink"), 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(x, y, 11, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 11 * dx, y + 11 * dy);
        context.lineTo(x + 24 * dx, y + 24 * dy);
      }
      context.stroke();
    }
  }

  #hatched(size) {
    const tile = element("canvas", { width: 14, height: 14 }), strokes = tile.getContext("2d");
    strokes.strokeStyle = themed("--muted");
    strokes.globalAlpha = 0.55;
    strokes.lineWidth = 2;
    for (const shift of [-14, 0, 14]) {
      strokes.moveTo(shift - 2, 16);
      strokes.lineTo(shift + 16, -2);
    }
    strokes.stroke();
    const result = element("canvas", { width: size, height: size }), context = result.getContext("2d");
    context.fillStyle = context.createPattern(tile, "repeat");
    context.fillRect(0, 0, size, size);
    context.globalCompositeOperation = "destination-in";
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#mask, 0, 0, size, size);
    return result;
  }
}

/// One sample of the data: a circle, a triangle or a square, as in the other pictures, and so on around.
function mark(context, x, y, label) {
  context.beginPath();
  if (label % 3 === 0) context.arc(x, y, 4, 0, 2 * Math.PI);
  else if (label % 3 === 2) context.rect(x - 3.5, y - 3.5, 7, 7);
  else {
    context.moveTo(x, y - 6);
    context.lineTo(x + 6, y + 4.5);
    context.lineTo(x - 6, y + 4.5);
    context.closePath();
  }
  context.fillStyle = themed(`--s${label % 10}`);
  context.fill();
  context.strokeStyle = themed("--paper");
  context.lineWidth = 1;
  context.stroke();
}

/// A live part for models of two features.
function planePart({ models, points = [], places = [] }) {
  const { features } = models[0].device.input;
  const dataset = points.map(({ values, label }) => ({ bytes: models[0].device.quantize(values), label }));
  const maps = models.map((model) => new PlaneMap(model, dataset));
  const middle = features.map(({ low, high }) => (low + high) / 2);
  let what = "int8", bytes = models[0].device.quantize(places[0]?.values ?? middle);

  const valueOf = (i, u) => features[i].low + ((features[i].high - features[i].low) * u) / 255;
  const words = (i, u) => fixed(valueOf(i, u), 2);
  const drawMaps = oncePerFrame(() => maps.forEach((map) => map.draw(bytes)));
  const repaint = oncePerFrame(() => {
    maps.forEach((map) => map.paint(what, panel.threshold));
    drawMaps();
  });
  const panel = new Panel(models, ({ number }) => [maps[number].canvas, maps[number].note], repaint);
  const sliders = features.map((feature, i) => slider({
    title: feature.name, low: 0, high: 255, step: 1, position: bytes[i], show: (u) => words(i, u),
    changed: (u) => move(bytes.with(i, u)),
  }));

  function move(to) {
    bytes = to;
    sliders.forEach((one, i) => one.set(bytes[i]));
    panel.show(bytes);
    drawMaps();
  }

  for (const { canvas } of maps) {
    const follow = (event) => {
      const box = canvas.getBoundingClientRect();
      const [x, y] = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
      move(Uint8Array.of(...[x, y].map((share) => Math.min(Math.max(Math.floor(share * side), 0), side - 1))));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) follow(event);
    });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      move(Uint8Array.from(bytes, (u, i) => Math.min(Math.max(u + far * step[i], 0), side - 1)));
    });
  }

  const view = choice({
    title: "the maps show",
    options: [["int8", "int8 on the device"], ["float", "the float twin"], ["change", "|Δp| between them"]],
    changed: (value) => {
      what = value;
      repaint();
    },
  });
  const controls = element("div", { className: "controls" }, ...sliders.map(({ node }) => node), panel.control, view);
  const buttons = element("div", { className: "buttons" },
    ...places.map(({ name, values }) => button(name, () => move(models[0].device.quantize(values)))));
  document.addEventListener("themechange", repaint);

  // Every eighth row first, so that there is something to see at once.
  const rows = Array.from({ length: side }, (_, i) => (i % 32) * 8 + Math.floor(i / 32));
  function fillMaps() {
    const began = performance.now();
    while (rows.length > 0 && performance.now() - began < 20) {
      const row = rows.shift();
      maps.forEach(({ answers }) => answers.fill(row));
    }
    if (rows.length > 0) setTimeout(fillMaps);
    else maps.forEach(({ answers, note }) => (note.textContent = remark(answers, words)));
    repaint();
  }
  panel.show(bytes);
  repaint();
  setTimeout(fillMaps);
  return [controls, buttons, panel.node, element("p", {
    className: "note",
    textContent: "Each map has 256 × 256 cells, one for every input that the device can read, computed here by the "
      + `device's own program: ${features.map(({ name, low, high }, i) =>
        `${i ? "upwards" : "to the right"} the ${name} from ${words(i, 0)} to ${words(i, 255)}`).join(", ")}. `
      + "Colour: the class, the stronger the surer. Hatched: abstains at this threshold.",
  })];
}

/// What all inputs together say about the change from float to int8.
function remark({ largestChange }, words) {
  const [x, y] = [largestChange.at % side, side - 1 - Math.floor(largestChange.at / side)];
  const { value } = largestChange;
  return `Largest |Δp| over all 65,536 inputs: ${value < 0.001 ? value.toExponential(1) : fixed(value)} `
    + `at (${words(0, x)}, ${words(1, y)}).`;
}
