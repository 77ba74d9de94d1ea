// Confidence along αx, as α grows: in float without bounds, on the device until its input saturates.

const svg = (tag, attributes, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const frame = { width: 460, height: 200, left: 32, right: 26, top: 10, bottom: 38 };

const raySteps = 50;

/// A small chart of the models along a ray; `span` is the range of log₁₀ α.
class RayChart {
  #models;
  #span;
  #lines;
  #work; // The timer of the next points.
  #marker = svg("line", {
    y1: frame.top, y2: frame.height - frame.bottom, stroke: "var(--ink)", "stroke-width": 1.5,
  });

  constructor(models, span) {
    this.#models = models;
    this.#span = span;
    this.#lines = models.map((model) => {
      const look = { fill: "none", stroke: `var(--s${model.number % 10})`, "stroke-width": 2 };
      return { float: svg("path", look), int8: svg("path", { ...look, "stroke-dasharray": "5 4" }) };
    });
    const ticks = [];
    for (let power = Math.ceil(span[0]); power <= span[1]; power++) {
      const x = this.#x(power), words = power < 0 ? `${10 ** power}` : (10 ** power).toLocaleString("en");
      ticks.push(svg("line", { x1: x, x2: x, y1: frame.top, y2: frame.height - frame.bottom, stroke: "var(--grid)" }),
        svg("text", { x, y: frame.height - frame.bottom + 16, "text-anchor": "middle" }, words));
    }
    for (const share of [0, 0.5, 1]) {
      const y = this.#y(share);
      ticks.push(svg("line", { x1: frame.left, x2: frame.width - frame.right, y1: y, y2: y, stroke: "var(--grid)" }),
        svg("text", { x: frame.left - 6, y: y + 4, "text-anchor": "end" }, share.toFixed(1)));
    }
    ticks.push(svg("text", { x: (frame.left + frame.width) / 2, y: frame.height - 6, "text-anchor": "middle" }, "α"));
    const picture = svg("svg", { viewBox: `0 0 ${frame.width} ${frame.height}`, role: "img" },
      svg("title", {}, "Confidence along the ray αx"), ...ticks,
      ...this.#lines.flatMap(({ float, int8 }) => [float, int8]), this.#marker);
    const key = element("p", { className: "key" }, ...models.map(({ title, number }) => {
      const dot = element("i", {});
      dot.style.background = `var(--s${number % 10})`;
      return element("span", {}, dot, title);
    }));
    this.node = element("figure", { className: "ray" }, picture, key, element("figcaption", {
      textContent: "Confidence in α times the picture: float (solid) reads any number; the device (dashed) reads 0…255 "
        + "and saturates.",
    }));
  }

  #x(power) {
    const [low, high] = this.#span;
    return frame.left + ((power - low) / (high - low)) * (frame.width - frame.left - frame.right);
  }

  #y(confidence) {
    return frame.top + (1 - confidence) * (frame.height - frame.top - frame.bottom);
  }

  /// Marks the present α.
  point(power) {
    this.#marker.setAttribute("x1", this.#x(power));
    this.#marker.setAttribute("x2", this.#x(power));
  }

  /// Draws the ray through `x`, normalized values, point by point while nothing else is to do.
  draw(x) {
    clearTimeout(this.#work);
    const points = this.#models.map(() => ({ float: [], int8: [] }));
    const [low, high] = this.#span;
    const add = (power, { device, twin }, { float, int8 }) => {
      const values = x.map((value) => value * 10 ** power);
      const place = (confidence) => `${this.#x(power).toFixed(1)} ${this.#y(confidence).toFixed(1)}`;
      int8.push(place(device.run(bytesFor(values)).confidence));
      float.push(place(Math.max(...twin.probabilities(values))));
    };
    let step = 0;
    const go = () => {
      const began = performance.now();
      while (step <= raySteps && performance.now() - began < 10) {
        this.#models.forEach((model, i) => add(low + ((high - low) * step) / raySteps, model, points[i]));
        step++;
      }
      if (step <= raySteps) this.#work = setTimeout(go);
      else points.forEach((lines, i) => {
        for (const side of ["float", "int8"]) this.#lines[i][side].setAttribute("d", `M${lines[side].join("L")}`);
      });
    };
    this.#work = setTimeout(go, 50);
  }
}

/// What the device reads for normalized values: steps of 1/255, saturated.
const bytesFor = (values) =>
  Uint8Array.from(values, (value) => Math.min(Math.max(Math.floor(255 * value + 0.5), 0), 255));
