"""Uses report pages as a person would, in headless Chromium, and compares every verdict with the host's.

    python3 page.py SCRUPLE FOLDER [SCREENSHOTS]

FOLDER has what make_pages.py made: iris/report.html (a plane), rows/report.html (four features), images/report.html
(three models of images), and the models behind them. Writes pictures of the pages into SCREENSHOTS, if given.
Exit status: 0 all holds, 1 otherwise.
"""
import base64, json, pathlib, subprocess, sys

from chromium import Chromium, Failure
from steps import (answers, check, compare, compared, failures, folder, host, number, open_page, png, set_slider,
                   settle, shots)


def test_every_page(browser):
    """Sizes, no errors, nothing asked for from outside, no sideways scrolling, readable words, on every page."""
    for name in ["iris", "rows", "images"]:
        for width in [1400, 400]:
            for dark in [False, True]:
                open_page(browser, name, width, dark)
                wide = browser.run("document.documentElement.scrollWidth")
                check(wide <= width, f"{name}: {wide} wide in a window of {width}")
                check_contrast(browser, f"{name}, {width}, {'dark' if dark else 'light'}")
                if shots:
                    browser.wait("[...document.querySelectorAll('.card .note')].every((note) => note.textContent)")
                    settle(browser)
                    height = browser.run("document.documentElement.scrollHeight")
                    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=min(height, 8000),
                                 deviceScaleFactor=1, mobile=False)
                    settle(browser)
                    browser.screenshot(shots / f"{name}-{width}-{'dark' if dark else 'light'}.png", whole=False)
        browser.print(folder / "page.pdf")
        check((folder / "page.pdf").stat().st_size > 20_000, f"{name}: prints to an empty page")
        unfolded = browser.run("[...document.querySelectorAll('details')].every((one) => one.open)")
        check(unfolded, f"{name}: something is folded on paper")


def check_contrast(browser, where):
    """WCAG's ratio of 4.5 between the words and the plain colour behind them."""
    faint = browser.run("""(() => {
        const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (node) => {
            for (; node; node = node.parentElement) {
                const colour = numbers(getComputedStyle(node).backgroundColor);
                if (colour.length === 3 || colour[3] > 0) return colour;
            }
            return [255, 255, 255];
        };
        const found = [];
        const words = "p, li span, td, th, button, label, output, dt, dd, h1, h2, h3, h4, a, figcaption";
        for (const node of document.querySelectorAll(words)) {
            if (!node.textContent.trim() || node.closest(".skip") || node.offsetParent === null) continue;
            const [a, b] = [light(numbers(getComputedStyle(node).color)), light(behind(node))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const name = `${node.tagName}.${node.className} "${node.textContent.slice(0, 30)}"`;
            if (ratio < 4.5) found.push(`${name} ${ratio.toFixed(2)}`);
        }
        return found.slice(0, 5);
    })()""")
    check(not faint, f"{where}: hard to read: {faint}")


def test_plane(browser):
    """A pointer, sliders, buttons and keys move the point; what the cards say is what the host says there."""
    open_page(browser, "iris")
    models = json.loads((folder / "iris.json").read_text())
    low, high = -10, 15.5
    left, top, width, height = browser.box(".map")
    shown, rows = [], []
    for x, y in [(number.random(), number.random()) for _ in range(40)] + [(0.015, 0.001), (0.98, 0.001), (0.5, 0.99)]:
        browser.mouse("mouseMoved", left + x * width, top + y * height)
        shown.append(answers(browser))
        places = [browser.run(f"document.querySelectorAll('.slider input')[{i}].valueAsNumber") for i in (0, 1)]
        near = all(abs(place - 256 * share) <= 256 / width + 1 for place, share in zip(places, [x, 1 - y]))
        check(near, f"the point is at {places}, not {x}, {y}")
        rows.append([low + (high - low) * place / 255 for place in places])
    for title, place in [("petal length", 0), ("petal length", 255), ("petal width", 17)]:
        set_slider(browser, title, place)
        shown.append(answers(browser))
        rows.append(list(rows[-1]))
        rows[-1]["petal width" == title] = low + (high - low) * place / 255
    for button, row in zip([1, 2, 3], [[0.1, 5], [10, 10], [5, -5]]):
        browser.click(f".buttons button:nth-child({button})")
        shown.append(answers(browser))
        rows.append([low + (high - low) * round((value - low) / (high - low) * 255) / 255 for value in row])
    arguments = [f"--row={','.join(map(repr, row))}" for row in rows]
    for i, (model, twin) in enumerate(models):
        compare(f"iris, model {i}, point", [each[i] for each in shown], model, twin, arguments)
    confident = [round(card["confidence"], 3) for card in shown[-3]]
    check(confident[0] == 0.998 and confident[2] < 0.5, f"at (0.1, 5) the confidences are {confident}")

    browser.run("document.querySelector('.map').focus()")
    before = browser.run("document.querySelector('.slider input').valueAsNumber")
    browser.press("ArrowRight")
    browser.press("ArrowRight", shift=True)
    browser.press("ArrowLeft")
    after = browser.run("document.querySelector('.slider input').valueAsNumber")
    check(after == before + 10, f"keys moved the point by {after - before}, not by 10")

    browser.wait("[...document.querySelectorAll('.card .note')].every((note) => note.textContent)")
    proved = browser.run("[...document.querySelectorAll('.card .note')].map((note) => note.textContent)")
    for i, (model, _) in enumerate(models):
        certificate = json.loads((pathlib.Path(model).parent / "certificate.json").read_text())
        largest = float(proved[i].split(": ")[1].split(" ")[0])
        bound = certificate["probabilityBound"]
        check(0.88 * bound < largest < 1.01 * bound, f"{proved[i]} against the proved {bound}")
    # The threshold decides between accept and abstain.
    for threshold in [0, 0.4, 1]:
        set_slider(browser, "threshold", threshold)
        for card in answers(browser):
            check(card["accepted"] == (card["sure"] >= threshold), f"at {threshold}: {card}")


def test_rows(browser):
    """Four features, a slider each."""
    open_page(browser, "rows")
    features = json.loads((folder / "rows.json").read_text())
    shown, rows = [], []
    for _ in range(12):
        row = []
        for feature in features["features"]:
            place = number.randrange(256)
            set_slider(browser, feature["name"], place)
            row.append(feature["low"] + (feature["high"] - feature["low"]) * place / 255)
        shown.append(answers(browser)[0])
        rows.append(f"--row={','.join(map(repr, row))}")
    compare("four features, row", shown, features["model"], features["twin"], rows)


def seen(browser):
    """The pixels that the device reads."""
    data = browser.run("""(() => {
        const canvas = document.querySelectorAll('.stage figure .picture')[1];
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return btoa(String.fromCharCode(...data.filter((_, i) => i % 4 === 0)));
    })()""")
    return base64.b64decode(data)


def test_images(browser):
    """Samples, files, strokes, α, noise, ε: whatever the device reads, the host says the same of it."""
    open_page(browser, "images")
    models = json.loads((folder / "images.json").read_text())
    shown, files = [], []

    def keep():
        shown.append(answers(browser))
        files.append(png(folder / f"seen-{len(files)}.png", seen(browser), 28))

    for sample in range(1, 11):
        browser.click(f".thumbnails button:nth-child({sample})")
        keep()
    alone = seen(browser)
    moves = {"α (brightness)": [-0.5, 0.7, 3, 0], "noise": [0.2, 0.7, 1, 0], "ε (push)": [5 / 255, 25 / 255, 77 / 255]}
    for title, values in moves.items():
        for value in values:
            set_slider(browser, title, value)
            keep()
            if title == "α (brightness)" and value > 0:
                check(shown[-1][0]["beyond"] is not None, "nothing is said about pixels beyond the device's range")
    browser.wait("[...document.querySelectorAll('.ray path')].every((path) => path.getAttribute('d')?.length > 300)")
    check(max(abs(a - b) for a, b in zip(seen(browser), alone)) <= 77, "a push left its ball")
    check(shown[-1][0]["confidence"] >= shown[9][0]["confidence"] - 1e-3, "a push towards confidence lowered it")
    for button in [5, 1]:  # reset sliders, clear
        browser.click(f".stage .buttons button:nth-child({button})")
        keep()
    check(not any(seen(browser)), "the cleared picture isn't black")

    left, top, width, height = browser.box(".draws")
    browser.mouse("mousePressed", left + 0.2 * width, top + 0.3 * height, True)
    for step in range(1, 20):
        browser.mouse("mouseMoved", left + (0.2 + 0.03 * step) * width, top + (0.3 + 0.02 * step) * height, True)
    browser.mouse("mouseReleased", left + 0.8 * width, top + 0.7 * height)
    keep()
    drawn = sum(value > 128 for value in seen(browser))
    check(30 < drawn < 200, f"a stroke painted {drawn} pixels")
    browser.run("document.querySelector('.draws').focus()")
    browser.press("Delete")
    for key in ["ArrowLeft", "ArrowUp", "Space"]:
        browser.press(key)
    keep()
    check(0 < sum(seen(browser)) < 255 * 40, "the keys' brush painted nothing, or too much")

    pixels = bytes(number.randrange(256) for _ in range(784))
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector=".stage input")
    browser.call("DOM.setFileInputFiles", files=[png(folder / "chosen.png", pixels, 28)], nodeId=node["nodeId"])
    settle(browser)
    browser.wait("document.querySelector('.stage input').files.length === 1")
    for _ in range(100):
        if seen(browser) == pixels:
            break
        settle(browser)
    check(seen(browser) == pixels, "a chosen PNG isn't shown as it is")
    keep()
    for i, (model, twin) in enumerate(models):
        compare(f"images, model {i}, picture", [each[i] for each in shown], model, twin, files)


def test_tables(browser):
    """Clicks and keys sort, numbers as numbers, and say so."""
    open_page(browser, "iris")
    column = """[...document.querySelectorAll('#checks tbody tr')].map((row) => row.cells[1].textContent)"""
    order = browser.run(column)

    def value(text):
        digits, _, power = text.partition("·10")
        return float(digits) * 10 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)

    browser.click("#checks thead th:nth-child(2) button")
    check(list(map(value, browser.run(column))) == sorted(map(value, order)), f"rising: {browser.run(column)}")
    check(browser.run("document.querySelector('#checks thead th:nth-child(2)').ariaSort") == "ascending", "aria-sort")
    browser.run("document.querySelector('#checks thead th:nth-child(2) button').focus()")
    browser.press("Enter")
    falling = sorted(map(value, order), reverse=True)
    check(list(map(value, browser.run(column))) == falling, f"falling: {browser.run(column)}")
    browser.press("Tab")
    check(browser.run("document.activeElement.textContent") == "bound", "Tab goes to the next column")
    browser.press("Space")
    check(browser.run("document.querySelectorAll('#checks [aria-sort]').length") == 1, "two columns claim to be sorted")


def test_theme(browser):
    """The button goes around light, dark and the system's choice."""
    open_page(browser, "iris")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    seen = []
    for _ in range(3):
        browser.click("#theme")
        seen.append((browser.run("document.documentElement.dataset.theme ?? ''"), browser.run(paper)))
    check([theme for theme, _ in seen] == ["light", "dark", ""], f"themes: {seen}")
    check(seen[0][1] == seen[2][1] != seen[1][1], f"colours: {seen}")


with Chromium() as browser:
    for test in [test_every_page, test_plane, test_rows, test_images, test_tables, test_theme]:
        try:
            test(browser)
        except (Failure, subprocess.CalledProcessError) as error:
            failures.append(f"{test.__name__}: {error}")
    check(not browser.errors, f"errors in the pages: {browser.errors[:5]}")
    inside = ("file:///", "data:", "blob:", "about:")
    outside = [address for address in browser.addresses if not address.startswith(inside)]
    check(not outside, f"addresses outside: {outside[:5]}")
for failure in failures[:20]:
    print("page:", failure)
print(f"report pages: {len(compared)} verdicts compared with the host, {len(failures)} failures")
sys.exit(1 if failures or not compared else 0)
