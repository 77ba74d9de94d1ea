// What all live parts are made of: elements, sliders, and a card for each model's verdict.

/// An element with properties, attributes (those that have a hyphen, and roles), and children.
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/// Text of the page's width of numbers: .0000 to 1.0000.
const fixed = (value, decimals = 4) => value.toFixed(decimals).replace("-", "\u2212");

/// A colour of the page's theme, for canvases.
const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/// Calls action once before the next picture, however often it is asked for.
function oncePerFrame(action) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      action();
    });
  };
}

let sliderCount = 0;

/// A labelled slider that shows its value in words.
///
/// show: the words for a position; changed: told every new position.
function slider({ title, low, high, step, position, show, changed }) {
  const name = `slider-${++sliderCount}`;
  const output = element("output", { textContent: show(position), htmlFor: name });
  const input = element("input", { id: name, type: "range", min: low, max: high, step, value: position });
  const update = () => {
    output.textContent = show(input.valueAsNumber);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  update();
  input.addEventListener("input", () => {
    update();
    changed(input.valueAsNumber);
  });
  const label = element("label", { htmlFor: name, textContent: title });
  return {
    node: element("div", { className: "slider" }, label, output, input),
    set(value) {
      input.value = value;
      update();
    },
  };
}

/// A labelled choice.
function choice({ title, options, changed }) {
  const name = `slider-${++sliderCount}`;
  const select = element("select", { id: name },
    ...options.map(([value, words]) => element("option", { value, textContent: words })));
  select.addEventListener("change", () => changed(select.value));
  return element("div", { className: "choice" },
    element("label", { htmlFor: name, textContent: title }), select);
}

function button(title, pressed, description = title) {
  const made = element("button", { type: "button", textContent: title, "aria-label": description });
  made.addEventListener("click", pressed);
  return made;
}

/// What both programs say of one device input.
function ask(model, bytes) {
  const verdict = model.device.run(bytes);
  return { verdict, float: model.twin.probabilities(Float64Array.from(bytes, (u) => u / 255)) };
}

/// A model's verdict in words, numbers and bars.
class VerdictCard {
  #model;
  #chip = element("p", { className: "chip" });
  #gauge = element("div", { className: "gauge", "aria-hidden": "true" });
  #numbers = element("p", { className: "numbers" });
  #beyond = element("p", { className: "beyond" });
  #bars;
  #colour;

  /// above: what stands between the title and the verdict. With it, colours are the classes', otherwise the model's.
  constructor(model, above) {
    this.#model = model;
    const colour = (number) => `var(--s${number % 10})`;
    this.#colour = (k) => colour(above.length > 0 ? k : model.number);
    for (const name of ["confidence", "bracket", "threshold", "float"]) {
      this.#gauge.append(element("i", { className: name }));
    }
    this.#bars = model.device.labels.map((label, k) => {
      const bar = element("span", { className: "bar" },
        element("i", { className: "int8" }), element("i", { className: "float" }));
      bar.style.setProperty("--own", this.#colour(k));
      const number = element("span", { className: "n" });
      return { number, bar, row: element("li", {}, element("span", { textContent: label }), bar, number) };
    });
    this.node = element("article", { className: "card" },
      element("h4", { textContent: model.title }), ...above, this.#chip, this.#gauge, this.#numbers, this.#beyond,
      element("ol", { className: "bars" }, ...this.#bars.map(({ row }) => row)));
    if (above.length === 0) this.node.style.setProperty("--own", colour(model.number));
  }

  /// Shows an answer at a threshold; beyond: the twin's probabilities where it is asked outside the device's range.
  show({ verdict, float }, threshold, beyond = null) {
    const { classIndex, label, confidence, lower, upper, sure, probabilities } = verdict;
    const accepted = sure >= threshold;
    this.#chip.className = `chip ${accepted ? "accept" : "abstain"}`;
    this.#chip.textContent = accepted ? `✓ accept: ${label}` : `? abstain (leaning to ${label})`;
    const [fill, bracket, line, tick] = this.#gauge.children;
    fill.style.width = percent(confidence);
    fill.style.background = this.#colour(classIndex);
    bracket.style.left = percent(lower);
    bracket.style.width = percent(upper - lower);
    line.style.left = percent(threshold);
    tick.style.left = percent(float[classIndex]);
    this.#numbers.textContent =
      `int8 ${fixed(confidence)} in [${fixed(lower)}, ${fixed(upper)}] · float ${fixed(float[classIndex])}`;
    this.#bars.forEach(({ number, bar, row }, k) => {
      const [int8, twin] = bar.children;
      row.classList.toggle("top", k === classIndex);
      number.textContent = fixed(probabilities[k], 3);
      int8.style.width = percent(probabilities[k]);
      twin.style.left = percent(float[k]);
    });
    if (beyond) {
      const best = largest(beyond);
      this.#beyond.textContent =
        `Beyond the device's range the float twin says ${this.#model.device.labels[best]}, ${fixed(beyond[best])}.`;
    } else {
      this.#beyond.textContent = "";
    }
    this.node.dataset.answer = JSON.stringify({
      ...verdict, accepted, float: Array.from(float), beyond: beyond && Array.from(beyond),
    });
  }

  /// The verdict as a sentence, for those who hear the page.
  get sentence() {
    return `${this.#model.title}: ${this.#chip.textContent.slice(2)}. ${this.#numbers.textContent}.`;
  }
}

const percent = (share) => `${(100 * Math.min(Math.max(share, 0), 1)).toFixed(2)}%`;

/// The cards of all models, the threshold that they share, and a line for those who hear the page.
class Panel {
  #models;
  #cards;
  #answers = [];
  #status = element("p", { className: "heard", role: "status" });
  #timer;

  /// aboveEach: nodes for each model's card; changed: told when the threshold moves.
  constructor(models, aboveEach = () => [], changed = () => {}) {
    this.#models = models;
    this.threshold = models.map(({ device }) => device.threshold).find((value) => value !== null) ?? 0.9;
    this.#cards = models.map((model) => new VerdictCard(model, aboveEach(model)));
    this.control = slider({
      title: "threshold", low: 0, high: 1, step: 0.001, position: this.threshold, show: (value) => fixed(value, 3),
      changed: (value) => {
        this.threshold = value;
        this.#draw();
        changed();
      },
    }).node;
    this.node = element("div", { className: "cards" }, ...this.#cards.map(({ node }) => node));
    this.node.append(this.#status);
  }

  /// Shows the verdicts about one device input; beyond: the real input where it left the device's range.
  show(bytes, beyond = null) {
    this.#answers = this.#models.map((model) => ({
      answer: ask(model, bytes),
      beyond: beyond && model.twin.probabilities(beyond),
    }));
    this.#draw();
  }

  #draw() {
    this.#answers.forEach(({ answer, beyond }, i) => this.#cards[i].show(answer, this.threshold, beyond));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#status.textContent = this.#cards.map(({ sentence }) => sentence).join(" ");
    }, 700);
  }
}
