"""What page.py's tests do with a page: open it, move its controls, read its answers, and compare them with the host's."""
import json, pathlib, random, struct, subprocess, sys, zlib

scruple, folder = sys.argv[1], pathlib.Path(sys.argv[2]).absolute()
shots = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
failures, compared = [], []
number = random.Random(1)


def check(holds, what):
    if not holds:
        failures.append(what)


def host(model, *arguments):
    answer = subprocess.run([scruple, "run", model, *arguments, "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(answer.stdout)


def png(path, pixels, side):
    """Writes grey pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(pixels[y * side:(y + 1) * side]) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return str(path)


def open_page(browser, name, width=1400, dark=False):
    page = folder / name / "report.html"
    check(page.stat().st_size < 2_000_000, f"{name}: {page.stat().st_size} bytes, not below 2 MB")
    browser.window(width, 900, dark)
    browser.open(page.as_uri())
    browser.wait("document.querySelectorAll('[data-live]').length > 0 && "
                 "[...document.querySelectorAll('[data-live]')].every((part) => 'ready' in part.dataset)")
    settle(browser)


def settle(browser):
    browser.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def answers(browser):
    settle(browser)
    return browser.run("[...document.querySelectorAll('.card')].map((card) => JSON.parse(card.dataset.answer))")


def set_slider(browser, title, value):
    found = browser.run(f"""(() => {{
        const labels = [...document.querySelectorAll('.slider label')];
        const label = labels.find((one) => one.textContent === {json.dumps(title)});
        if (!label) return false;
        label.control.value = {value};
        label.control.dispatchEvent(new Event('input'));
        return true;
    }})()""")
    check(found, f"there is no slider '{title}'")
    settle(browser)


def compare(what, shown, model, twin, arguments):
    """Each shown answer against the host's: the device's to the last bit, the twin's up to 32-bit floats."""
    hosts = zip(shown, host(model, *arguments), host(twin, *arguments), strict=True)
    for i, (page, int8, float) in enumerate(hosts):
        compared.append(what)
        bracket = [page["lower"], page["upper"]]
        same = (page["label"] == int8["label"] and page["confidence"] == int8["confidence"]
                and bracket == int8["bracket"] and page["probabilities"] == int8["probabilities"])
        check(same, f"{what} {i}: the page says {page}, the host {int8}")
        difference = max(abs(a - b) for a, b in zip(page["float"], float["probabilities"], strict=True))
        check(difference < 2e-5, f"{what} {i}: the twins differ by {difference}")
