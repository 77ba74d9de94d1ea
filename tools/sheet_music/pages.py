"""Pages of sheet music: scores of music21's corpus, engraved by verovio. Rendered pages are kept."""

import io
import os
import re
import zipfile

import numpy
from PIL import Image

from fetching import download_wheel
from pictures import fonts

REQUIREMENT = "music21==10.5.1"
# Scores of each folder of the corpus at most, so that Bach, Palestrina and fiddle tunes don't outweigh the rest.
MOST = {"bach": 55, "palestrina": 35, "ryansMammoth": 30, "trecento": 22, "monteverdi": 20}
MOST_OF_OTHERS = 16
SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15}
FONTS = ["Leipzig", "Bravura", "Gootville", "Leland", "Petaluma"]
# Staff spaces are this many pixels in a rendered page.
SPACE = 9.0
# What words on a page are set in, and how they are drawn, whatever a machine has installed and is set to: verovio asks for
# Times, and for its music typefaces (signs amid words), which are not installed anywhere.
TYPEFACES = ["fonts-liberation", "fonts-dejavu-core"]
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  {folders}
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <test name="family"><string>Times</string></test>
    <edit name="family" mode="assign" binding="same"><string>Liberation Serif</string></edit>
  </match>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>DejaVu Sans</string></edit>
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>true</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintslight</const></edit>
  </match>
</fontconfig>
"""


def scores(folder):
    """Unpacks the corpus' scores: {part: [files]}, every score in one part, each folder's shared out alike."""
    if not folder.is_dir():
        with zipfile.ZipFile(download_wheel(REQUIREMENT)) as wheel:
            members = [m for m in wheel.namelist()
                       if re.fullmatch(r"music21/corpus/[^/]+/.*\.(mxl|musicxml|xml|krn|abc)", m)]
            for member in members:
                file = folder / "/".join(member.split("/")[2:])
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(wheel.read(member))
    random = numpy.random.default_rng(1)
    parts = {part: [] for part in SHARES}
    for composer in sorted(p for p in folder.iterdir() if p.name not in ("demos", "theoryExercises")):
        files = sorted(f for f in composer.rglob("*.*") if f.is_file())
        files = [files[i] for i in random.permutation(len(files))][:MOST.get(composer.name, MOST_OF_OTHERS)]
        first = 0
        for part, share in SHARES.items():
            last = len(files) if part == "test" else first + round(share * len(files))
            parts[part] += files[first:last]
            first = last
    return parts


def rendered(root, count):
    """About `count` pages in all: {part: [(name, array of grey bytes)]}. Those in `root`/pages aren't drawn again."""
    choose_typefaces(root)
    parts = scores(root / "scores")
    total = sum(map(len, parts.values()))
    pages = {}
    for part, files in parts.items():
        drawn = draw(files, root / "pages" / part, max(3, round(count * len(files) / total)))
        pages[part] = [(f, numpy.asarray(Image.open(f))) for f in drawn]
        print(f"{part}: {len(drawn)} pages of {len(files)} scores", flush=True)
    return pages


def choose_typefaces(root):
    """From now on this process and its children see these fonts only."""
    fonts.unpack(root / "fonts", TYPEFACES)
    folders = "".join(f"<dir>{root / 'fonts' / package}</dir>" for package in TYPEFACES)
    settings = root / "fontconfig.xml"
    settings.write_text(FONTCONFIG.format(folders=folders, cache=root / "fontconfig-cache"))
    os.environ["FONTCONFIG_FILE"] = str(settings)


def draw(files, folder, wanted):
    """Files of `wanted` pages of the scores in a random order: one page of each, then second ones if there are too few."""
    folder.mkdir(parents=True, exist_ok=True)
    order = numpy.random.default_rng(3).permutation(len(files))
    drawn = []
    for turn in range(2):
        for index in order:
            if len(drawn) == wanted:
                return drawn
            page = folder / f"{files[index].parent.name}-{files[index].stem}-{turn}.png".replace(" ", "_")
            if page.exists() or draw_page(files[index], page, turn, numpy.random.default_rng([7, turn, index])):
                drawn.append(page)
    return drawn


def draw_page(file, page, turn, random):
    """Writes the first page of a score, or (turn 1) another; False if the score has none. Done in a process of its own,
    since verovio ends the process at some scores that it can't read."""
    import cairosvg
    import verovio
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        verovio.enableLog(verovio.LOG_OFF)
        engraver = verovio.toolkit()
        engraver.setOptions(options(random))
        loaded = engraver.loadData(tune(file, random)) if file.suffix == ".abc" else engraver.loadFile(str(file))
        number = engraver.getPageCount() if loaded else 0
        if number > turn:
            svg = engraver.renderToSVG(1 if turn == 0 else int(random.integers(2, number + 1)))
            picture = cairosvg.svg2png(svg.encode(), background_color="white")
            Image.open(io.BytesIO(picture)).convert("L").save(page)
        os._exit(0)
    os.waitpid(child, 0)
    return page.exists()


def options(random):
    """A page's layout: paper, margins, distances, typeface. The size of notes is always the same."""
    scale = SPACE / 18 * 100  # a staff space is 18 units
    return {
        "pageWidth": int(random.uniform(1500, 2300)), "pageHeight": int(random.uniform(1700, 2700)), "scale": scale,
        "font": FONTS[random.integers(len(FONTS))], "breaks": "auto", "footer": "none",
        "header": str(random.choice(["none", "auto"])),
        "spacingStaff": int(random.integers(6, 16)), "spacingSystem": int(random.integers(6, 24)),
        "spacingLinear": random.uniform(0.18, 0.35), "lyricSize": random.uniform(3.5, 5.5),
        "staffLineWidth": random.uniform(0.10, 0.22), "stemWidth": random.uniform(0.14, 0.26),
        "justifyVertically": bool(random.random() < 0.5),
        "pageMarginLeft": int(random.integers(20, 150)), "pageMarginRight": int(random.integers(20, 150)),
        "pageMarginTop": int(random.integers(20, 150)), "pageMarginBottom": int(random.integers(20, 150)),
    }


def tune(file, random):
    """One of the tunes of an ABC file."""
    text = file.read_text("utf-8", "replace")
    tunes = [t for t in re.split(r"(?m)^(?=X:)", text) if t.startswith("X:")]
    return tunes[random.integers(len(tunes))] if tunes else text
