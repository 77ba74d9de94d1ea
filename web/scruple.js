// Scruple in the browser: a .scruple file, run by the same runtime as on microcontrollers, to the same bits.
//
//   import { Scruple } from "./scruple.js";
//   const model = await Scruple.load("model.scruple");
//   const verdict = model.run(pixels);         // Uint8Array: the bytes that a device reads
//   const verdict = model.run([1.4, 0.2]);     // numbers in the features' own units
//
// Needs scruple.wasm beside it (`tools/build-library wasm32` makes both), and nothing else.

/// Something wrong with a model or an input, in words. `status`, `offset`, `value` and `expected` are as in scruple.h.
export class ScrupleError extends Error {
  constructor(message, details = {}) {
    super(message);
    this.name = "ScrupleError";
    Object.assign(this, details);
  }
}

const one = 2 ** 31; // Q1.31
const fault = { size: 12 }, view = { size: 8 }, verdict = { size: 20 }; // The structures of scruple.h.
const tag = { name: 1, labels: 2, input: 3 }; // Metadata, see docs/format.md.

let compiled; // The module beside this file, compiled once for all models.

/// A model that is ready to run. Each has a memory of its own.
export class Scruple {
  /// Loads and validates a model.
  ///
  /// source: the file's bytes (ArrayBuffer or a view of one), or where to fetch it (URL or string).
  /// options.wasm: bytes of scruple.wasm, where to fetch it, or a WebAssembly.Module, instead of the one beside this
  /// file.
  static async load(source, { wasm = undefined } = {}) {
    const [module, file] = await Promise.all([moduleOf(wasm), bytesOf(source)]);
    const instance = await WebAssembly.instantiate(module, {});
    return new Scruple(instance.exports, file);
  }

  #library;
  #arena;
  #model;
  #verdict;

  constructor(library, file) {
    this.#library = library;
    // One after the other from the first free byte on: the structures, the file, the arena.
    const start = align(library.__heap_base.value);
    const faultAt = start;
    this.#model = faultAt + fault.size + 4;
    this.#verdict = this.#model + view.size;
    const fileAt = align(this.#verdict + verdict.size);
    this.#arena = align(fileAt + file.length);
    this.#reserve(this.#arena);
    new Uint8Array(library.memory.buffer).set(file, fileAt);
    const status = library.scruple_open(this.#model, fileAt, file.length, faultAt);
    if (status !== 0) {
      const [offset, value, expected] = new Uint32Array(library.memory.buffer, faultAt, 3);
      throw new ScrupleError(
        `not a valid model: ${this.#text(status)} (file offset ${offset}, value ${value}, expected ${expected})`,
        { status, offset, value, expected });
    }
    const arenaSize = library.scruple_arena_size(this.#model) >>> 0;
    this.#reserve(this.#arena + arenaSize);

    /// Bytes of one input, number of classes, bytes of memory that a run takes.
    this.inputCount = library.scruple_input_count(this.#model) >>> 0;
    this.classCount = library.scruple_class_count(this.#model) >>> 0;
    this.arenaSize = arenaSize;
    /// The confidence from which on verdicts are accepted; null without one.
    this.threshold = (library.scruple_threshold(this.#model) >>> 0) / one || null;
    const metadata = entries(file);
    /// The model's name, and a label for each class.
    this.name = text(metadata.get(tag.name) ?? new Uint8Array());
    this.labels = labels(metadata.get(tag.labels), this.classCount);
    /// {kind: "image", height, width, channels}, {kind: "tabular", features: [{name, low, high}]}, or null.
    this.input = describe(metadata.get(tag.input), this.inputCount);
    Object.freeze(this);
  }

  /// Classifies one input.
  ///
  /// A Uint8Array (or Uint8ClampedArray) is what the device reads. Other arrays hold raw values: pixels 0…255, or one
  /// number for each feature in its own unit.
  ///
  /// The answer's numbers are real numbers, exactly those of the device: confidence, its bracket [lower, upper], and
  /// probabilities of all classes. `sure` is what a threshold is compared with: `lower`, or `confidence`
  /// where the model has no certificate; `accepted` is whether the model has a threshold and it is reached.
  run(input) {
    const bytes = input instanceof Uint8Array || input instanceof Uint8ClampedArray ? input : this.quantize(input);
    if (bytes.length !== this.inputCount) {
      throw new ScrupleError(`an input has ${this.inputCount} bytes, not ${bytes.length}`);
    }
    const library = this.#library;
    new Uint8Array(library.memory.buffer).set(bytes, library.scruple_input(this.#model, this.#arena));
    const status = library.scruple_run(this.#model, this.#arena, this.arenaSize, this.#verdict);
    if (status !== 0) throw new ScrupleError(this.#text(status), { status });
    const [classIndex, confidence, lower, upper, accepted] =
      new Uint32Array(library.memory.buffer, this.#verdict, verdict.size / 4);
    const probabilities = new Uint32Array(
      library.memory.buffer, library.scruple_probabilities(this.#model, this.#arena), this.classCount);
    return {
      classIndex,
      label: this.labels[classIndex],
      confidence: confidence / one,
      lower: lower / one,
      upper: upper / one,
      sure: (lower === 0 && upper === one ? confidence : lower) / one,
      accepted: (accepted & 0xff) !== 0, // A C bool: one byte.
      probabilities: Array.from(probabilities, (p) => p / one),
    };
  }

  /// The bytes that the device reads for raw values; outside a feature's range they saturate.
  quantize(values) {
    if (values?.length !== this.inputCount) {
      throw new ScrupleError(`an input has ${this.inputCount} values, not ${values?.length}`);
    }
    if (this.input === null) throw new ScrupleError("the model doesn't say what its inputs mean: give a Uint8Array");
    return Uint8Array.from(values, (value, i) => {
      if (typeof value !== "number" || Number.isNaN(value)) {
        throw new ScrupleError(`value ${i} of the input is not a number: ${value}`);
      }
      const { low, high } = this.input.features?.[i] ?? { low: 0, high: 255 };
      // Tables hold 32-bit floats, on the host as here.
      const level = Math.floor(((Math.fround(value) - low) / (high - low)) * 255 + 0.5);
      return Math.min(Math.max(level, 0), 255);
    });
  }

  #reserve(end) {
    const { memory } = this.#library;
    const missing = end - memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / 65536));
    } catch {
      throw new ScrupleError(`there is no memory for the model: it needs ${end} bytes`);
    }
  }

  #text(status) {
    const bytes = new Uint8Array(this.#library.memory.buffer, this.#library.scruple_status_text(status));
    return text(bytes.subarray(0, bytes.indexOf(0)));
  }
}

const align = (address) => (address + 15) & ~15;
const text = (bytes) => new TextDecoder().decode(bytes);

async function moduleOf(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (wasm !== undefined) return WebAssembly.compile(await bytesOf(wasm));
  compiled ??= bytesOf(new URL("scruple.wasm", import.meta.url)).then((bytes) => WebAssembly.compile(bytes));
  try {
    return await compiled;
  } catch (error) {
    compiled = undefined; // The next load tries again.
    throw error;
  }
}

async function bytesOf(source) {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (!(source instanceof URL) && typeof source !== "string") {
    throw new ScrupleError("give a model's bytes, or where to fetch it");
  }
  let response;
  try {
    response = await fetch(source);
  } catch (error) {
    throw new ScrupleError(`${source}: can't be fetched: ${error.message}`);
  }
  if (!response.ok) throw new ScrupleError(`${source}: can't be fetched: HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

// MARK: Metadata of a validated file: offsets, sizes and the labels' zero bytes have been checked.

function entries(file) {
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = new Map();
  const third = 48 + 2 * 12; // The section table's entry of the metadata.
  let at = data.getUint32(third + 4, true);
  const end = at + data.getUint32(third + 8, true);
  while (at < end) {
    const size = data.getUint32(at + 4, true);
    found.set(data.getUint32(at, true), file.subarray(at + 8, at + 8 + size));
    at += 8 + ((size + 3) & ~3);
  }
  return found;
}

function labels(payload, count) {
  if (payload === undefined) return Array.from({ length: count }, (_, k) => `class ${k}`);
  return text(payload).split("\0").slice(0, count);
}

function describe(payload, count) {
  if (payload === undefined || payload.length < 4) return null;
  const data = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload[0] === 1 && payload.length === 16) {
    const [height, width, channels] = [4, 8, 12].map((at) => data.getUint32(at, true));
    return height * width * channels === count ? { kind: "image", height, width, channels } : null;
  }
  if (payload[0] === 2 && payload.length >= 4 + 16 * count) {
    const names = text(payload.subarray(4 + 16 * count)).split("\0");
    const features = Array.from({ length: count }, (_, i) => ({
      name: names[i] ?? "",
      low: data.getFloat64(4 + 16 * i, true),
      high: data.getFloat64(12 + 16 * i, true),
    }));
    return features.every(({ low, high }) => low < high) ? { kind: "tabular", features } : null;
  }
  return null;
}
