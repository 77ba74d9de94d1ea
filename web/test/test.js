// Runs in the browser: every verdict that the host gave (expected.json) again, then everything that must be refused.
import { Scruple, ScrupleError } from "../scruple.js";

const failures = [], lines = [];
function check(holds, what) {
  if (!holds && failures.push(what) > 20) throw new Error("too many differences");
}

async function refusal(action, words) {
  try {
    await action();
    check(false, `not refused: ${words}`);
  } catch (error) {
    check(error instanceof ScrupleError && error.message.includes(words), `'${words}' expected: ${error}`);
    return error;
  }
}

const fetched = async (path) => (await fetch(path)).arrayBuffer();

/// All verdicts of one model against the host's, number by number.
async function compare({ model: path, name, inputs, rows, answers }) {
  const model = await Scruple.load(path);
  const images = inputs === null ? null : new Uint8Array(await fetched(inputs));
  const verdicts = [];
  const began = performance.now();
  for (let i = 0; i < answers.length; i++) {
    verdicts.push(
      model.run(images ? images.subarray(i * model.inputCount, (i + 1) * model.inputCount) : rows[i]));
  }
  const each = ((performance.now() - began) / answers.length) * 1000;
  let differences = 0;
  answers.forEach((wanted, i) => {
    const got = verdicts[i];
    const same = got.classIndex === wanted.class && got.label === wanted.label && got.confidence === wanted.confidence
      && got.lower === wanted.bracket[0] && got.upper === wanted.bracket[1]
      && got.accepted === (wanted.verdict === "accept") && got.probabilities.length === model.classCount
      && got.probabilities.every((p, k) => p === wanted.probabilities[k]);
    if (!same) differences++;
    check(same, `${name}, input ${i}: ${JSON.stringify(got)}, the host says ${JSON.stringify(wanted)}`);
  });
  check(model.name === name, `${path} is called ${model.name}`);
  lines.push(`${name}: ${answers.length} inputs, ${differences} differences, ${each.toFixed(1)} µs each`);
  return model;
}

async function refuse(path, model) {
  const good = new Uint8Array(await fetched(path));
  const damaged = good.slice();
  damaged[good.length >> 1] ^= 4;
  await refusal(() => Scruple.load(damaged), "the checksum differs, so the file was damaged");
  await refusal(() => Scruple.load(good.subarray(0, good.length - 4)), "the model ends too early");
  await refusal(() => Scruple.load(new Uint8Array(100)), "not a .scruple file");
  await refusal(() => Scruple.load(new ArrayBuffer(0)), "the model ends too early");
  const version = good.slice();
  version[4] = 9;
  const error = await refusal(() => Scruple.load(version), "another version of the format (file offset 4, value 9");
  check(error?.status === 5 && error?.expected === 1, "the error's fields");
  await refusal(() => Scruple.load("nothing.scruple"), "nothing.scruple: can't be fetched: HTTP status 404");
  await refusal(() => Scruple.load(), "give a model's bytes");
  await refusal(() => model.run(new Uint8Array(model.inputCount + 1)), `an input has ${model.inputCount} bytes`);
  await refusal(() => model.run([]), `an input has ${model.inputCount} values, not 0`);
  await refusal(() => model.run(new Array(model.inputCount).fill(NaN)), "value 0 of the input is not a number");
  // From bytes and with a module of one's own, at an odd place in a larger buffer.
  const larger = new Uint8Array(good.length + 3);
  larger.set(good, 3);
  const wasm = await fetched("../scruple.wasm");
  const again = await Scruple.load(larger.subarray(3), { wasm });
  const zeros = new Uint8Array(again.inputCount);
  check(JSON.stringify(again.run(zeros)) === JSON.stringify(model.run(zeros)), "two ways to load differ");
  return wasm.byteLength;
}

try {
  const { models } = await (await fetch("expected.json")).json();
  let size = 0;
  for (const expected of models) size = await refuse(expected.model, await compare(expected));
  lines.push(`scruple.wasm: ${size} bytes`);
} catch (error) {
  failures.push(`${error.stack ?? error}`);
}
window.result = { lines, failures };
