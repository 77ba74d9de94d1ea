"""Pages that aren't sheet music, of the kinds that are seen in training: each function draws one, dark on white."""

import numpy
from PIL import Image, ImageDraw

from pictures import fonts, strokes

SIDE = 640


def blank():
    image = Image.new("L", (SIDE, SIDE), 255)
    return image, ImageDraw.Draw(image)


def words(random, characters, count):
    """A line's worth of words of one script."""
    spaced = "".join(characters[random.integers(len(characters))] for _ in range(count))
    if random.random() < 0.85:
        cuts = numpy.cumsum(random.integers(2, 11, count))
        spaced = "".join(c + (" " if i in cuts else "") for i, c in enumerate(spaced))
    return spaced


def typeface(random, typefaces, scripts=None):
    if scripts is None:
        texts = [s for s in typefaces.scripts if s not in ("signs", "shapes", "arrows and operators")]
        scripts = ["Latin"] if random.random() < 0.5 else texts
    return typefaces.choose(random, scripts)


def text(random, typefaces):
    """Printed text: one to three columns, headings, indents, ragged or full lines, in any script."""
    image, drawing = blank()
    file, characters = typeface(random, typefaces)
    pixels = int(numpy.exp(random.uniform(numpy.log(11), numpy.log(52))))
    columns = int(random.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
    leading, gap = pixels * random.uniform(1.05, 2.2), random.uniform(10, 40)
    width, paragraph = SIDE / columns, random.uniform(0.03, 0.25)
    for column in range(columns):
        y = -random.uniform(0, leading)
        while y < SIDE:
            size, heading = pixels, random.random() < 0.05
            if heading:
                size = int(pixels * random.uniform(1.3, 2.2))
            length = width - gap - random.uniform(0, 30)
            if random.random() < paragraph:
                length *= random.uniform(0.2, 0.9)
            font = fonts.loaded(file, size)
            line = words(random, characters, int(length / size * 2.2) + 1)
            ink = Image.new("L", (max(1, int(length)), int(size * 1.6)), 255)
            ImageDraw.Draw(ink).text((0, 0), line, fill=0, font=font)
            image.paste(ink, (int(column * width + gap / 2), int(y)), Image.eval(ink, lambda v: 255 - v))
            y += leading * (size / pixels) + (leading * random.uniform(0.3, 1) if random.random() < paragraph else 0)
    return image


def table(random, typefaces):
    """A table or form: lines between cells, or only some of them, and words or figures in the cells."""
    image, drawing = blank()
    file, characters = typeface(random, typefaces)
    pixels = int(random.uniform(11, 30))
    font, row = fonts.loaded(file, pixels), pixels * random.uniform(1.2, 2.6)
    across = numpy.cumsum(random.uniform(40, 220, 20)) - random.uniform(0, 60)
    width, ruled, barred = int(random.integers(1, 4)), random.random() < 0.85, random.random() < 0.8
    filled, figures = random.uniform(0.2, 1), random.random() < 0.5
    for y in numpy.arange(-row / 2, SIDE, row):
        if ruled:
            drawing.line((0, y, SIDE, y), fill=0, width=width)
        for x in across:
            if random.random() < filled:
                letters = "0123456789.,-" if figures and random.random() < 0.8 else characters
                drawing.text((x + 5, y + row * 0.1), words(random, letters, int(random.integers(1, 9))), fill=0, font=font)
    if barred:
        for x in across:
            drawing.line((x, 0, x, SIDE), fill=0, width=width)
    return image


def plot(random, typefaces):
    """Axes with ticks and figures, grid lines or none, and curves, points or bars."""
    image, drawing = blank()
    file, _ = typeface(random, typefaces, ["Latin"])
    for place in random.permutation(9)[:int(random.integers(6, 10))]:
        left, top = random.uniform(20, 50, 2) + 200 * numpy.array(divmod(place, 3))
        width, height = random.uniform(130, 330, 2)
        pen = int(random.integers(1, 4))
        ticks = int(random.integers(3, 9))
        font = fonts.loaded(file, int(random.uniform(10, 22)))
        drawing.rectangle((left - 30, top - 10, left + width, top + height + 25), fill=255)
        grid = random.random() < 0.5
        for k in range(ticks):
            x, y = left + width * k / ticks, top + height * (1 - k / ticks)
            drawing.line((x, top + height, x, top if grid else top + height + 6), fill=90, width=1)
            drawing.line((left, y, left + width if grid else left - 6, y), fill=90, width=1)
            drawing.text((left - 30, y - 8), str(k * 5), fill=0, font=font)
            drawing.text((x, top + height + 5), str(k), fill=0, font=font)
        drawing.line((left, top, left, top + height, left + width, top + height), fill=0, width=pen)
        for _ in range(int(random.integers(1, 4))):
            n = int(random.integers(5, 60))
            x = left + width * numpy.linspace(0, 1, n)
            y = top + height * numpy.clip(0.5 + numpy.cumsum(random.normal(0, 0.6 / n ** 0.5, n)), 0, 1)
            kind = random.random()
            if kind < 0.5:
                drawing.line([tuple(p) for p in numpy.stack([x, y], 1)], fill=int(random.integers(0, 120)), width=pen + 1)
            elif kind < 0.75:
                radius = random.uniform(2, 6)
                for px, py in zip(x, random.permutation(y)):
                    drawing.ellipse((px - radius, py - radius, px + radius, py + radius), fill=0)
            else:
                for px, py in zip(x, y):
                    drawing.rectangle((px, py, px + width / n * 0.7, top + height), fill=int(random.integers(0, 160)))
    return image


def ruled(random, typefaces=None):
    """Ruled, squared or dotted paper; also in the groups of two to four lines in which children learn to write."""
    image, drawing = blank()
    distance, pen = random.uniform(9, 48), int(random.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
    grey, kind = int(random.integers(0, 170)), random.random()
    if kind < 0.3:
        group = int(random.integers(2, 5))
        rest = distance * random.uniform(1.2, 4)
        lines, y = [], -random.uniform(0, 50)
        while y < SIDE:
            lines += [y + k * distance for k in range(group)]
            y += (group - 1) * distance + rest
    else:
        lines = numpy.arange(random.uniform(0, distance), SIDE, distance)
    for y in lines:
        drawing.line((0, y, SIDE, y), fill=grey, width=pen)
    if kind > 0.65:
        for x in numpy.arange(random.uniform(0, distance), SIDE, distance):
            drawing.line((x, 0, x, SIDE), fill=grey, width=pen)
    if random.random() < 0.4:
        x = random.uniform(60, 500)
        drawing.line((x, 0, x, SIDE), fill=grey, width=pen)
    return image


def written(random, typefaces):
    """Handwriting on blank paper."""
    image, drawing = blank()
    file, characters = typeface(random, typefaces, ["Latin"])
    pixels = int(random.uniform(22, 64))
    for y in numpy.arange(-pixels / 2, SIDE, pixels * random.uniform(1, 1.7)):
        drawing.text((random.uniform(0, 60), y + random.normal(0, 2)), words(random, characters, 50),
                     fill=int(random.integers(0, 100)), font=fonts.loaded(file, pixels))
    return image


def sketch(random, typefaces=None):
    """Curves, arrows and blobs on blank, ruled or squared paper."""
    image = ruled(random) if random.random() < 0.5 else blank()[0]
    drawing = ImageDraw.Draw(image)
    for _ in range(int(random.integers(3, 25))):
        path = strokes.curve(random, int(random.integers(1, 7)), random.uniform(0.2, 1.6)) * random.uniform(50, 300)
        strokes.draw_curve(drawing, path + random.uniform(-50, SIDE, 2), random.uniform(1, 9), 0)
    for _ in range(int(random.integers(0, 20))):
        x, y = random.uniform(0, SIDE, 2)
        a, b = random.uniform(4, 40, 2)
        fill = int(random.integers(0, 200)) if random.random() < 0.5 else None
        shape = drawing.ellipse if random.random() < 0.5 else drawing.rectangle
        shape((x - a, y - b, x + a, y + b), fill=fill, outline=0)
    return image


def keyboard(random, typefaces):
    """A piano's keys, or a typewriter's."""
    image, drawing = blank()
    if random.random() < 0.5:
        width, height = random.uniform(25, 70), random.uniform(250, 500)
        first, top = int(random.integers(7)), random.uniform(-100, 100)
        drawing.rectangle((0, 0, SIDE, max(0, top)), fill=int(random.integers(0, 80)))
        drawing.rectangle((0, top + height, SIDE, SIDE), fill=int(random.integers(60, 255)))
        for k in range(int(SIDE / width) + 2):
            drawing.line((k * width, top, k * width, top + height), fill=60, width=2)
            if (k + first) % 7 in (0, 1, 3, 4, 5):
                drawing.rectangle(((k + 0.68) * width, top, (k + 1.3) * width, top + 0.62 * height), fill=15)
        return image
    file, characters = typeface(random, typefaces, ["Latin"])
    side = random.uniform(50, 130)
    font = fonts.loaded(file, int(side * 0.35))
    dark = random.random() < 0.5
    drawing.rectangle((0, 0, SIDE, SIDE), fill=20 if dark else 200)
    for row in range(int(SIDE / side) + 1):
        for column in range(int(SIDE / side) + 2):
            x, y = (column - 0.5 + 0.25 * row % 1) * side, row * side
            drawing.rounded_rectangle((x + 3, y + 3, x + side - 4, y + side - 4), side / 8,
                                      fill=60 if dark else 245, outline=0)
            drawing.text((x + side * 0.3, y + side * 0.2), characters[random.integers(len(characters))].upper(),
                         fill=240 if dark else 20, font=font)
    return image


def texture(random, typefaces=None):
    """Stripes, checks, noise of all scales, gradients, bricks."""
    kind = random.random()
    rows, columns = numpy.mgrid[:SIDE, :SIDE].astype(numpy.float32)
    if kind < 0.4:
        angle, period = random.uniform(0, numpy.pi), random.uniform(8, 120)
        wave = numpy.cos((rows * numpy.sin(angle) + columns * numpy.cos(angle)) * 2 * numpy.pi / period)
        if random.random() < 0.3:
            wave = wave * numpy.cos((columns * numpy.sin(angle) - rows * numpy.cos(angle)) * 2 * numpy.pi / period)
        values = 0.5 + wave * 0.5 if random.random() < 0.5 else (wave > random.uniform(-0.7, 0.7)).astype(numpy.float32)
    elif kind < 0.8:
        values = numpy.zeros((SIDE, SIDE), numpy.float32)
        for knots in (3, 8, 20, 60, 200):
            coarse = Image.fromarray(random.standard_normal((knots, knots), numpy.float32))
            fine = numpy.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
            values += fine * random.uniform(0, 1) ** 2
        values = (values - values.min()) / numpy.ptp(values)
    else:
        values = numpy.full((SIDE, SIDE), random.uniform(0, 1)) + random.normal(0, 0.15) * (rows / SIDE - 0.5)
    return Image.fromarray((numpy.clip(values, 0, 1) * 255).astype(numpy.uint8))
