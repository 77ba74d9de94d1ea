"""Makes the sets of `scruple datasets` called sheet-music…, in data/: grey pictures of 64×64 pixels.

sheet-music                 train, validation and test: half sheet music, half pictures of other kinds. No score, photograph
                            or (in the test part) typeface is in two parts.
sheet-music-outliers        half as many pictures to be unsure of, that come near sheet music: lines or notes, not both
sheet-music-unseen-KIND     1,000 pictures each of kinds that are never trained on: handwriting (on ruled paper), staves
                            (without notes), fretboards, barcodes, science
sheet-music-unseen          4,000 more: the five kinds in equal parts
sheet-music/pages           some pages of the test part as PNG files

usage: tools/build-sheet-music [--pages N] [--count N] [FOLDER]
       tools/build-sheet-music --check       tests the tool itself
  --pages N    pages to engrave (200: three minutes on one core, once)
  --count N    training pictures (24000); a sixth of it each for validation, test and the mixture; of outliers half as many
  FOLDER       instead of this repository's data/; or $SCRUPLE_DATA
"""

import shutil
import sys
import time

import numpy

import fetching
from pictures import fonts, idx, patches, photographs

from . import capture, near, pages, paper, unseen

SEED = 2020
# Kinds that aren't sheet music, and their shares.
SEEN = {
    "photograph": 0.2, paper.text: 0.22, paper.table: 0.09, paper.plot: 0.08, paper.ruled: 0.12, paper.written: 0.06,
    paper.sketch: 0.09, paper.keyboard: 0.06, paper.texture: 0.08,
}
NEAR = {near.lines: 0.3, near.marked: 0.45, near.notes: 0.25}
UNSEEN = {"handwriting": unseen.handwriting, "staves": unseen.staves, "fretboards": unseen.fretboards,
          "barcodes": unseen.barcodes, "science": "photograph"}
# No photograph in two parts; the last is for the unseen kind `science`.
PHOTOGRAPHS = {"train": photographs.TRAIN, "validation": ["ascent", "coffee", "grass"],
               "test": ["camera", "flower", "rocket"], "unseen": photographs.SCIENCE}
FILES = {"train": "train", "validation": "validation", "test": "t10k"}
VIEWS = 20  # of each drawn page


class Builder:
    """Draws pictures of one part."""

    def __init__(self, part, number, images, printed, written):
        self.random = numpy.random.default_rng([SEED, number])
        self.images, self.names = images, PHOTOGRAPHS[part]
        self.printed, self.written = printed, written

    def music(self, rendered, count):
        """Views of pages, of each page as many; photographed."""
        sources = [capture.Music(pixels, pages.SPACE) for _, pixels in rendered]
        views, index = [], 0
        while len(views) < count:
            view = sources[index % len(sources)].view(self.random)
            index += 1
            if view is not None:
                views.append(view)
            elif index > 20 * count:
                fetching.fail("hardly a place on the rendered pages shows notes on a staff")
        return self._finished(views, True)

    def other(self, kind, count):
        """Pictures of a kind that isn't sheet music."""
        if kind == "photograph":
            return self._finished(
                [patches.patch(self.random, self.images, self.names, capture.SIZE) for _ in range(count)], False)
        typefaces = self.written if kind in (paper.written, unseen.handwriting) else self.printed
        views = []
        while len(views) < count:
            canvas = capture.Canvas(numpy.asarray(kind(self.random, typefaces)))
            for _ in range(min(VIEWS, count - len(views))):
                side = numpy.exp(self.random.uniform(numpy.log(80), numpy.log(420)))
                views.append(canvas.view(self.random, *canvas.place(self.random, side), side))
        return self._finished(views, True)

    def _finished(self, views, on_paper):
        views = numpy.stack(views)
        if on_paper:
            views = capture.printed(self.random, views)
        return capture.photographed(self.random, views)

    def others(self, shares, count):
        """Several kinds {kind: share}, one after the other."""
        bounds = numpy.round(numpy.cumsum([0, *shares.values()]) * count).astype(int)
        return numpy.concatenate([self.other(kind, last - first)
                                  for kind, first, last in zip(shares, bounds, bounds[1:])])


def arguments():
    """Takes --pages and --count out of the command line; the rest is for `data_folder`."""
    values = {"--pages": 200, "--count": 24_000}
    rest = sys.argv[1:]
    for name in values:
        if name in rest:
            at = rest.index(name)
            if at + 1 >= len(rest) or not rest[at + 1].isdecimal() or int(rest[at + 1]) < 20:
                fetching.fail(f"{name} needs a whole number, at least 20", 64)
            values[name] = int(rest[at + 1])
            del rest[at:at + 2]
    sys.argv[1:] = rest
    return values["--pages"], values["--count"]


def main():
    page_count, count = arguments()
    root = fetching.data_folder("sheet-music").parent
    start = time.monotonic()
    rendered = pages.rendered(root / "sources", page_count)
    print(f"pages after {time.monotonic() - start:.0f} s", flush=True)
    images = photographs.load(root / "sources" / "photographs")
    typefaces = [[fonts.Fonts(root / "sources" / "fonts", packages[column])
                  for packages in (fonts.PRINTED, fonts.WRITTEN)] for column in (0, 1)]
    for number, (part, size, column) in enumerate(
            [("train", count, 0), ("validation", count // 6, 0), ("test", count // 6, 1)]):
        builder = Builder(part, number, images, *typefaces[column])
        made = numpy.concatenate([builder.others(SEEN, size - size // 2), builder.music(rendered[part], size // 2)])
        labels = numpy.repeat([0, 1], [size - size // 2, size // 2])
        order = builder.random.permutation(size)
        idx.write(root / "sheet-music", FILES[part], made[order], labels[order])
        idx.contact_sheet(root / "sheet-music" / f"{part}.png", made[order])
        builder = Builder(part, 4 + number, images, *typefaces[column])
        near_ones = builder.random.permutation(builder.others(NEAR, size // 2))
        idx.write(root / "sheet-music-outliers", FILES[part], near_ones)
        idx.contact_sheet(root / "sheet-music-outliers" / f"{part}.png", near_ones)
        print(f"{part}: {size} pictures and {size // 2} outliers after {time.monotonic() - start:.0f} s", flush=True)
    builder = Builder("unseen", 3, images, *typefaces[1])
    mixture = []
    for kind, draw in UNSEEN.items():
        alone = builder.other(draw, 1000)
        idx.write(root / f"sheet-music-unseen-{kind}", "t10k", alone)
        idx.contact_sheet(root / f"sheet-music-unseen-{kind}" / "test.png", alone)
        mixture.append(builder.other(draw, count // 30))
    idx.write(root / "sheet-music-unseen", "t10k", builder.random.permutation(numpy.concatenate(mixture)))
    examples = root / "sheet-music" / "pages"
    examples.mkdir(exist_ok=True)
    for file, _ in rendered["test"][:6]:
        shutil.copy(file, examples)
    print(f"the sets sheet-music… are in {root}, after {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
