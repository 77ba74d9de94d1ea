// A live picture: drawn, dropped or chosen, then scaled, mixed with noise and pushed; every model's verdict on it.

const range = { alpha: [-1, 4], noise: [0, 1], radius: [0, 0.5] };

/// Uniform numbers 0…1, the same for the same seed: mulberry32.
function uniform(seed, count) {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

/// A canvas that shows grey or coloured values 0…1, one pixel each.
class Screen {
  constructor({ height, width, channels }, label) {
    Object.assign(this, { height, width, channels });
    this.canvas = element("canvas", { width, height, className: "picture", "aria-label": label, role: "img" });
  }

  draw(values) {
    const image = new ImageData(this.width, this.height);
    for (let pixel = 0; pixel < this.width * this.height; pixel++) {
      for (let c = 0; c < 3; c++) {
        const value = values[pixel * this.channels + (this.channels === 3 ? c : 0)];
        image.data[4 * pixel + c] = Math.min(Math.max(255 * value, 0), 255);
      }
      image.data[4 * pixel + 3] = 255;
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }
}

/// The picture that one draws on, with a brush that follows a pointer or the arrow keys.
class Drawing extends Screen {
  #changed;
  #cursor = null;
  #value = 1;

  constructor(shape, changed) {
    super(shape, "The picture. Draw with a pointer, or move the brush with the arrow keys and press Space.");
    this.values = new Float64Array(shape.height * shape.width * shape.channels);
    this.#changed = changed;
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.classList.add("draws");
    this.#followPointer();
    this.#followKeys();
  }

  /// Whether the brush paints black instead of white.
  set erases(value) {
    this.#value = value ? 0 : 1;
  }

  replace(values) {
    this.values = Float64Array.from(values);
    this.show();
    this.#changed();
  }

  show() {
    this.draw(this.values);
    if (!this.#cursor || document.activeElement !== this.canvas) return;
    const context = this.canvas.getContext("2d");
    context.fillStyle = themed("--accent");
    context.fillRect(this.#cursor[0], this.#cursor[1], 1, 1);
  }

  /// A soft round brush, as wide as a 14th of the picture.
  #paint(x, y) {
    const radius = Math.max(this.width / 20, 1);
    for (let row = 0; row < this.height; row++) {
      for (let column = 0; column < this.width; column++) {
        const cover = Math.min(Math.max(radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y), 0), 1);
        if (cover === 0) continue;
        const pixel = (row * this.width + column) * this.channels;
        for (let c = pixel; c < pixel + this.channels; c++) {
          const { values } = this;
          values[c] = this.#value ? Math.max(values[c], cover) : Math.min(values[c], 1 - cover);
        }
      }
    }
  }

  #stroke([fromX, fromY], [toX, toY]) {
    const steps = Math.ceil(2 * Math.hypot(toX - fromX, toY - fromY)) || 1;
    for (let n = 1; n <= steps; n++) {
      this.#paint(fromX + ((toX - fromX) * n) / steps, fromY + ((toY - fromY) * n) / steps);
    }
    this.show();
    this.#changed();
  }

  #followPointer() {
    let last = null;
    const place = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [
        ((event.clientX - box.left) / box.width) * this.width,
        ((event.clientY - box.top) / box.height) * this.height];
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.#cursor = null;
      last = place(event);
      this.#stroke(last, last);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons || last === null) return;
      const next = place(event);
      this.#stroke(last, next);
      last = next;
    });
    this.canvas.addEventListener("pointerup", () => (last = null));
  }

  #followKeys() {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    this.canvas.addEventListener("keydown", (event) => {
      if (steps[event.key]) {
        const [x, y] = this.#cursor ?? [this.width >> 1, this.height >> 1], [dx, dy] = steps[event.key];
        this.#cursor = [
          Math.min(Math.max(x + dx, 0), this.width - 1), Math.min(Math.max(y + dy, 0), this.height - 1)];
        this.show();
      } else if (event.key === " " && this.#cursor) {
        const middle = this.#cursor.map((value) => value + 0.5);
        this.#stroke(middle, middle);
      } else if (event.key === "Delete" || event.key === "Backspace") {
        this.replace(this.values.map(() => 0));
      } else return;
      event.preventDefault();
    });
    this.canvas.addEventListener("blur", () => this.show());
  }
}

/// The values of a picture file, scaled to a shape; grey as the eye weighs colours (BT.601).
async function readPicture(file, { height, width, channels }) {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = element("canvas", { width, height }), context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Float64Array.from({ length: height * width * channels }, (_, i) => {
    const [r, g, b] = data.subarray(4 * Math.floor(i / channels));
    return (channels === 3 ? [r, g, b][i % 3] : Math.round(0.299 * r + 0.587 * g + 0.114 * b)) / 255;
  });
}

/// A live part for models of pictures.
function picturePart({ models, samples = [] }) {
  const shape = models[0].device.input;
  const settings = { alpha: 0, noise: 0, radius: 0, aim: 0, target: null, seed: 1 };
  const refresh = oncePerFrame(update);
  let rayIsDue = true;
  const drawing = new Drawing(shape, () => {
    rayIsDue = true;
    refresh();
  });
  const seen = new Screen(shape, "What the device reads");
  const panel = new Panel(models);
  const ray = new RayChart(models, range.alpha);

  function update() {
    const { alpha, noise, radius, aim, target, seed } = settings;
    const grain = uniform(seed, drawing.values.length);
    const real = drawing.values.map((value, i) => (1 - noise) * 10 ** alpha * value + noise * grain[i]);
    let inside = real.map((value) => Math.min(Math.max(value, 0), 1));
    if (radius > 0) inside = ascend(models[aim].twin, inside, radius, target);
    const bytes = bytesFor(inside);
    seen.draw(Array.from(bytes, (u) => u / 255));
    panel.show(bytes, radius === 0 && real.some((value) => value > 1) ? real : null);
    ray.point(alpha);
    if (rayIsDue) ray.draw(drawing.values);
    rayIsDue = false;
  }

  const set = (name, map = (value) => value) => (value) => {
    settings[name] = map(value);
    refresh();
  };
  const sliders = {
    alpha: slider({
      title: "α (brightness)", low: range.alpha[0], high: range.alpha[1], step: 0.01, position: 0,
      show: (power) => (10 ** power).toLocaleString("en", { maximumSignificantDigits: 3 }), changed: set("alpha"),
    }),
    noise: slider({
      title: "noise", low: range.noise[0], high: range.noise[1], step: 0.01, position: 0,
      show: (share) => `${Math.round(100 * share)} %`, changed: set("noise"),
    }),
    radius: slider({
      title: "ε (push)", low: range.radius[0], high: range.radius[1], step: 1 / 255, position: 0,
      show: (radius) => `${Math.round(255 * radius)}/255`, changed: set("radius"),
    }),
  };
  const reset = () => {
    Object.assign(settings, { alpha: 0, noise: 0, radius: 0 });
    for (const one of Object.values(sliders)) one.set(0);
    refresh();
  };

  const controls = element("div", { className: "controls" });
  controls.append(...Object.values(sliders).map(({ node }) => node), panel.control);
  if (models.length > 1) {
    controls.append(choice({
      title: "push against", options: models.map(({ title, number }) => [number, title]), changed: set("aim", Number),
    }));
  }
  controls.append(choice({
    title: "push towards",
    options: [["", "more confidence"], ...models[0].device.labels.map((label, k) => [k, label])],
    changed: set("target", (value) => (value === "" ? null : Number(value))),
  }));

  const chooser = element("input", { type: "file", accept: "image/*", "aria-label": "Choose a picture file" });
  const take = async (file) => {
    if (!file) return;
    try {
      drawing.replace(await readPicture(file, shape));
      message.textContent = "";
    } catch {
      message.textContent = `${file.name}: no picture that this browser can read.`;
    }
  };
  const message = element("p", { className: "note", role: "status" });
  chooser.addEventListener("change", () => take(chooser.files[0]));
  drawing.canvas.addEventListener("dragover", (event) => event.preventDefault());
  drawing.canvas.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });

  const eraser = button("eraser", () => {
    const erases = eraser.getAttribute("aria-pressed") !== "true";
    eraser.setAttribute("aria-pressed", erases);
    drawing.erases = erases;
  });
  eraser.setAttribute("aria-pressed", false);
  const tools = element("div", { className: "buttons" },
    button("clear", () => drawing.replace(drawing.values.map(() => 0))), eraser,
    button("invert", () => drawing.replace(drawing.values.map((value) => 1 - value))),
    button("new noise", () => {
      settings.seed += 1;
      refresh();
    }),
    button("reset sliders", reset));

  const thumbnails = samples.map(({ name, values }) => {
    const thumbnail = new Screen(shape, name);
    const normalized = Array.from(values, (u) => u / 255);
    thumbnail.draw(normalized);
    const made = button("", () => drawing.replace(normalized), name);
    made.title = name;
    made.append(thumbnail.canvas);
    return made;
  });
  document.addEventListener("themechange", () => drawing.show());
  drawing.replace(samples[0] ? Array.from(samples[0].values, (u) => u / 255) : drawing.values);

  return [
    element("div", { className: "stage" },
      element("figure", {}, drawing.canvas, element("figcaption", { textContent: "draw here, or drop a picture" })),
      element("figure", {}, seen.canvas, element("figcaption", { textContent: "what the device reads" })),
      element("div", { className: "side" },
        tools, element("div", { className: "thumbnails" }, ...thumbnails), chooser, message)),
    controls, panel.node, ray.node,
  ];
}
