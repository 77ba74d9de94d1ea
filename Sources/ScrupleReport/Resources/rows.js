// A live part for models of any number of features: one slider each.

function rowPart({ models, places = [] }) {
  const { device } = models[0];
  const { features } = device.input;
  const panel = new Panel(models);
  let bytes = device.quantize(places[0]?.values ?? features.map(({ low, high }) => (low + high) / 2));
  const sliders = features.map(({ name, low, high }, i) => slider({
    title: name, low: 0, high: 255, step: 1, position: bytes[i],
    show: (u) => fixed(low + ((high - low) * u) / 255, 2),
    changed: (u) => move(bytes.with(i, u)),
  }));

  function move(to) {
    bytes = to;
    sliders.forEach((one, i) => one.set(bytes[i]));
    panel.show(bytes);
  }

  move(bytes);
  return [
    element("div", { className: "controls" }, ...sliders.map(({ node }) => node), panel.control),
    element("div", { className: "buttons" },
      ...places.map(({ name, values }) => button(name, () => move(device.quantize(values))))),
    panel.node,
  ];
}
