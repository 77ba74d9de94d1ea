"""Pages of the kinds that are never trained on: handwriting on ruled paper, staves without notes, tablature and chord
diagrams, barcodes. (The fifth unseen kind, pictures through microscopes and telescopes, are photographs.)"""

import numpy
from PIL import Image, ImageDraw

from pictures import fonts, strokes

from . import paper


def handwriting(random, typefaces):
    """Handwriting on ruled or squared paper: typefaces drawn by hand, or a running loop of generated strokes."""
    image, drawing = paper.blank()
    distance = random.uniform(26, 60)
    grey, pen = int(random.integers(60, 190)), int(random.integers(1, 3))
    lines = numpy.arange(random.uniform(0, distance), paper.SIDE + distance, distance)
    for y in lines:
        drawing.line((0, y, paper.SIDE, y), fill=grey, width=pen)
    if random.random() < 0.2:
        for x in numpy.arange(0, paper.SIDE, distance):
            drawing.line((x, 0, x, paper.SIDE), fill=grey, width=pen)
    ink, loops = int(random.integers(0, 80)), random.random() < 0.4
    file, characters = paper.typeface(random, typefaces, ["Latin"])
    font = fonts.loaded(file, int(distance * random.uniform(0.6, 1.05)))
    for y in lines:
        if random.random() < 0.1:
            continue
        if loops:
            scrawl(random, drawing, y, distance, ink)
        else:
            drawing.text((random.uniform(-20, 60), y + random.normal(0, 1.5)), paper.words(random, characters, 60),
                         fill=ink, font=font, anchor="ls")
    return image


def scrawl(random, drawing, y, distance, ink):
    """Words of cursive loops on one line: up and down strokes, now and then an ascender or descender."""
    x, width = random.uniform(-20, 60), random.uniform(1.5, 3.5)
    slant, letter = random.uniform(0, 0.5), distance * random.uniform(0.18, 0.35)
    while x < paper.SIDE:
        points = []
        for _ in range(int(random.integers(4, 18))):
            up = distance * (random.uniform(0.25, 0.45) if random.random() < 0.75 else random.uniform(0.6, 0.9))
            down = 0 if random.random() < 0.88 else -distance * random.uniform(0.2, 0.4)
            points += [(x + up * slant, y - up), (x + letter * random.uniform(0.1, 0.8), y - down)]
            x += letter * random.uniform(0.7, 1.5)
        strokes.draw_curve(drawing, strokes.smooth(numpy.array(points)), width, ink)
        x += letter * random.uniform(1, 3)


def staves(random, typefaces=None):
    """Music paper: staves of five lines, with bar lines or braces on some, without a note or clef."""
    image, drawing = paper.blank()
    space, pen = random.uniform(6, 16), int(random.choice([1, 2], p=[0.7, 0.3]))
    grey, rest = int(random.integers(0, 120)), random.uniform(3, 9)
    bars = numpy.cumsum(random.uniform(80, 260, 9)) if random.random() < 0.35 else []
    y = random.uniform(0, 60)
    left = random.uniform(-50, 60)
    right = paper.SIDE + random.uniform(-60, 50)
    while y < paper.SIDE:
        for k in range(5):
            drawing.line((left, y + k * space, right, y + k * space), fill=grey, width=pen)
        for x in bars:
            drawing.line((x, y, x, y + 4 * space), fill=grey, width=pen)
        y += (4 + rest) * space
    return image


def fretboards(random, typefaces):
    """Tablature of four or six lines with figures, chord diagrams with dots, or a drawn neck with frets."""
    image, drawing = paper.blank()
    kind, strings = random.random(), int(random.choice([4, 6], p=[0.25, 0.75]))
    file, _ = paper.typeface(random, typefaces, ["Latin"])
    space, pen = random.uniform(8, 18), int(random.integers(1, 3))
    if kind < 0.45:
        font, y = fonts.loaded(file, int(space * 1.1)), random.uniform(0, 50)
        while y < paper.SIDE:
            for k in range(strings):
                drawing.line((0, y + k * space, paper.SIDE, y + k * space), fill=80, width=pen)
            for x in numpy.arange(random.uniform(0, 60), paper.SIDE, space * random.uniform(1.3, 3)):
                for k in range(strings):
                    if random.random() < 1.3 / strings:
                        figure = str(int(random.integers(0, 13)))
                        drawing.rectangle((x - 1, y + k * space - space / 2, x + space * 0.6 * len(figure),
                                           y + k * space + space / 2), fill=255)
                        drawing.text((x, y + k * space), figure, fill=0, font=font, anchor="lm")
            y += space * (strings + random.uniform(2, 6))
        return image
    if kind < 0.8:
        width, height = space * (strings - 1), space * random.uniform(4.5, 6)
        for y in numpy.arange(random.uniform(0, 40), paper.SIDE, height + space * 3):
            for x in numpy.arange(random.uniform(0, 30), paper.SIDE, width + space * 2.5):
                diagram(random, drawing, x, y, width, height, strings, space, pen)
        return image
    drawing.rectangle((0, 0, paper.SIDE, paper.SIDE), fill=int(random.integers(90, 200)))
    string = paper.SIDE / (strings + random.uniform(0, 4))
    for x in numpy.arange(random.uniform(0, 60), paper.SIDE, random.uniform(60, 160)):
        drawing.line((x, 0, x, paper.SIDE), fill=240, width=int(random.integers(4, 10)))
    for k in range(strings + 4):
        drawing.line((0, (k + 0.5) * string, paper.SIDE, (k + 0.5) * string), fill=30, width=2 + k // 2)
    return image


def diagram(random, drawing, x, y, width, height, strings, space, pen):
    """One chord: strings down, frets across, dots where fingers go."""
    for k in range(strings):
        drawing.line((x + k * space, y, x + k * space, y + height), fill=0, width=pen)
    for k in range(5):
        drawing.line((x, y + k * height / 4, x + width, y + k * height / 4), fill=0, width=pen if k else pen + 3)
    for k in range(strings):
        if random.random() < 0.6:
            middle, fret = x + k * space, y + (int(random.integers(0, 4)) + 0.5) * height / 4
            radius = space * 0.38
            drawing.ellipse((middle - radius, fret - radius, middle + radius, fret + radius), fill=0)


def barcodes(random, typefaces):
    """Bars with a number below them, or squares of modules; a few on a page."""
    image, drawing = paper.blank()
    file, characters = paper.typeface(random, typefaces, ["Latin"])
    for _ in range(16):
        module, x, y = random.uniform(2, 7), *random.uniform(-100, paper.SIDE - 100, 2)
        if random.random() < 0.7:
            count, height = int(random.integers(50, 110)), random.uniform(80, 260)
            drawing.rectangle((x - 20, y - 10, x + count * module + 20, y + height + 30), fill=255)
            widths = random.choice([1, 2, 3, 4], count // 2, p=[0.45, 0.3, 0.15, 0.1]) * module
            edges = x + numpy.concatenate([[0], numpy.cumsum(widths)])
            for start, end in zip(edges[:-1:2], edges[1::2]):
                drawing.rectangle((start, y, end, y + height), fill=0)
            drawing.text((x, y + height + 2), paper.words(random, "0123456789", 13), fill=0,
                         font=fonts.loaded(file, int(random.uniform(14, 26))))
        else:
            count, module = int(random.integers(21, 40)), int(module) + 2
            squares = (random.random((count, count)) < 0.5).astype(numpy.uint8)
            for top, left in ((0, 0), (0, count - 7), (count - 7, 0)):
                squares[top:top + 7, left:left + 7] = 1
                squares[top + 1:top + 6, left + 1:left + 6] = 0
                squares[top + 2:top + 5, left + 2:left + 5] = 1
            code = Image.fromarray(255 - 255 * squares).resize((count * module,) * 2, Image.Resampling.NEAREST)
            image.paste(code, (int(x), int(y)))
    return image
