"""Makes three sets of grey images out of photographs and fonts that PyPI and Debian ship, in data/:

natural      28×28 patches of photographs (20,000 for training, 10,000 of other photographs for testing)
natural-64   64×64 patches (8,000 and 4,000)
outliers     28×28 pictures of many kinds to train unsureness on (40,000 and 4,000): patches, thresholded patches, pen
             strokes, letters and signs of 20 scripts. No digits, and no letter drawn like a 0, a 1 or a 3.

usage: tools/fetch-natural [FOLDER]     (FOLDER: instead of this repository's data/; or $SCRUPLE_DATA)
"""

import time

import numpy

from fetching import data_folder

from . import fonts, idx, patches, photographs, strokes

SEED = 20170


def natural(random, images, names, size, count):
    return numpy.stack([patches.patch(random, images, names, size) for _ in range(count)])


def outliers(random, images, names, typefaces, count):
    """In this order, then shuffled: 25 % patches, 10 % drawn from patches, 25 % strokes, 40 % letters and signs."""
    bounds = [round(count * share) for share in (0.25, 0.35, 0.6, 1)]
    made = [patches.patch(random, images, names, 28) for _ in range(bounds[0])]
    made += [patches.drawn_from(random, patches.patch(random, images, names, 28)) for _ in range(bounds[0], bounds[1])]
    drawn = [strokes.strokes(random, 28) for _ in range(bounds[1], bounds[2])]
    drawn += [strokes.glyphs(random, 28, typefaces) for _ in range(bounds[2], bounds[3])]
    inked = ink(random, strokes.bend(random, numpy.stack(drawn).astype(numpy.float32)))
    return random.permutation(numpy.concatenate([numpy.stack(made), inked]))


def ink(random, drawings):
    """Drawings of 0…255 in ink: mostly white on black; some pale, dark on light, on a gradient or on noise."""
    count = len(drawings)
    cover = numpy.clip(drawings * random.uniform(1, 1.6, (count, 1, 1)), 0, 255) / 255
    pen = numpy.where(random.random(count) < 0.6, 255.0, random.uniform(90, 255, count))
    paper = numpy.where(random.random(count) < 0.75, 0.0, random.uniform(0, 200, count))
    paper = numpy.where(numpy.abs(pen - paper) < 60, 0, paper)[:, None, None]
    slope = (random.random(count) < 0.12)[:, None, None] * random.uniform(-60, 60, (count, 1, 1))
    paper = paper + slope * numpy.linspace(-1, 1, 28)
    grain = (random.random(count) < 0.12)[:, None, None] * random.normal(0, 18, drawings.shape)
    image = paper + cover * (pen[:, None, None] - paper) + grain
    image = numpy.where((random.random(count) < 0.12)[:, None, None], 255 - image, image)
    return numpy.clip(image, 0, 255).astype(numpy.uint8)


def main():
    root = data_folder("sources").parent
    images = photographs.load(root / "sources" / "photographs")
    parts = {
        "train": (photographs.TRAIN, 0),
        "t10k": (photographs.TEST + photographs.SCIENCE, 1),
    }
    for part, (names, column) in parts.items():
        start = time.monotonic()
        random = numpy.random.default_rng([SEED, column])
        idx.write(root / "natural", part, natural(random, images, names, 28, (20_000, 10_000)[column]))
        idx.write(root / "natural-64", part, natural(random, images, names, 64, (8_000, 4_000)[column]))
        typefaces = fonts.Fonts(root / "sources" / "fonts", fonts.PRINTED[column] + fonts.WRITTEN[column])
        made = outliers(random, images, names, typefaces, (40_000, 4_000)[column])
        idx.write(root / "outliers", part, made)
        idx.contact_sheet(root / "outliers" / f"{part}.png", made)
        print(f"{part}: {len(typefaces.files)} fonts, {time.monotonic() - start:.0f} s", flush=True)
    print(f"natural, natural-64 and outliers are in {root}")


if __name__ == "__main__":
    main()
