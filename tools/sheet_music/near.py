"""Pages that come near sheet music, to be unsure of in training: systems of lines and notes, but not together. None has five
lines in a group (`staves` is an unseen kind), four or six with figures (`fretboards`), or handwriting on lines."""

import numpy
from PIL import ImageDraw

from pictures import fonts, strokes

from . import paper

LINES = [1, 2, 3, 7, 8, 9]  # of a group


def systems(random):
    """Groups of lines as close as a staff's, with bar lines on some: the page, and for each group the heights of its lines
    and half the distance between them."""
    image, drawing = paper.blank()
    space, pen = random.uniform(6, 16), int(random.choice([1, 2], p=[0.7, 0.3]))
    grey, rest, groups = int(random.integers(0, 120)), random.uniform(3, 9), []
    same = random.random() < 0.7
    count = int(random.choice(LINES))
    left, right = random.uniform(-50, 60), paper.SIDE + random.uniform(-60, 50)
    bars = numpy.cumsum(random.uniform(60, 260, 10)) if random.random() < 0.5 else []
    y = random.uniform(0, 60)
    while y < paper.SIDE:
        heights = y + space * numpy.arange(count)
        for height in heights:
            drawing.line((left, height, right, height), fill=grey, width=pen)
        for x in bars:
            drawing.line((x, heights[0], x, heights[-1]), fill=grey, width=pen)
        groups.append((heights, space / 2))
        y = heights[-1] + rest * space
        if not same:
            count = int(random.choice(LINES))
    return image, groups


def lines(random, typefaces=None):
    """Groups of lines, empty."""
    return systems(random)[0]


def marked(random, typefaces):
    """Groups of lines, or ruled or squared paper, with something on them: printed letters and signs of any script, dots, blobs,
    short strokes."""
    if random.random() < 0.6:
        image, groups = systems(random)
    else:
        image, half = paper.ruled(random), random.uniform(4, 16)
        groups = [(y + numpy.arange(-2, 3) * half, half) for y in numpy.arange(0, paper.SIDE, random.uniform(30, 120))]
    drawing = ImageDraw.Draw(image)
    file, characters = paper.typeface(random, typefaces, None if random.random() < 0.5 else ["signs"])
    kinds = random.choice(["letter", "dot", "box", "stroke", "curve"], int(random.integers(1, 4)))
    for heights, half in groups:
        x, ink, step = random.uniform(0, 40), int(random.integers(0, 90)), half * random.uniform(1.5, 9)
        while x < paper.SIDE:
            y = random.uniform(heights[0] - 2 * half, heights[-1] + 2 * half)
            mark(random, drawing, random.choice(kinds), x, y, half, ink, characters, file)
            x += step * random.uniform(0.5, 1.8)
    return image


def mark(random, drawing, kind, x, y, half, ink, characters, file):
    """One thing about as large as a note: `half` is half of the distance of lines."""
    if kind == "letter":
        font = fonts.loaded(file, max(6, int(half * random.uniform(1.6, 4))))
        drawing.text((x, y), characters[random.integers(len(characters))], fill=ink, font=font, anchor="mm")
    elif kind == "dot":
        radius = half * random.uniform(0.3, 1.2)
        drawing.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    elif kind == "box":
        a, b = half * random.uniform(0.4, 2.5, 2)
        drawing.rectangle((x - a, y - b, x + a, y + b), fill=ink if random.random() < 0.6 else None, outline=ink)
    elif kind == "stroke":
        a, b = half * random.uniform(-5, 5, 2)
        drawing.line((x - a / 4, y - b, x + a / 4, y + b), fill=ink, width=int(random.integers(1, 4)))
    else:
        path = strokes.curve(random, int(random.integers(1, 5)), random.uniform(0.2, 1.6)) * half * random.uniform(3, 8)
        strokes.draw_curve(drawing, path + [x, y], random.uniform(1, 4), ink)


def notes(random, typefaces=None):
    """Heads with stems, flags and beams on blank or squared paper: notes without a staff."""
    image, drawing = paper.blank()
    half = random.uniform(3, 8)
    if random.random() < 0.3:
        for place in numpy.arange(0, paper.SIDE, random.uniform(12, 50)):
            for line in ((place, 0, place, paper.SIDE), (0, place, paper.SIDE, place)):
                drawing.line(line, fill=int(random.integers(90, 190)), width=1)
    for y in numpy.arange(random.uniform(0, 50), paper.SIDE, half * random.uniform(8, 22)):
        x = random.uniform(0, 40)
        while x < paper.SIDE:
            count, up = int(random.choice([1, 2, 3, 4], p=[0.55, 0.2, 0.1, 0.15])), random.random() < 0.5
            step, slope = half * random.uniform(3, 7), random.uniform(-0.25, 0.25)
            stem = half * random.uniform(5, 8) * (-1 if up else 1)
            filled, thick = random.random() < 0.8, half * random.uniform(0.6, 1)
            tips = []
            for k in range(count):
                centre, height = x + k * step, y + k * step * slope + random.uniform(-1, 1) * half
                drawing.ellipse((centre - 1.3 * half, height - half, centre + 1.3 * half, height + half),
                                fill=0 if filled else None, outline=0, width=2)
                side = centre + (1.2 if up else -1.2) * half
                tips.append((side, y + k * step * slope + stem))
                drawing.line((side, height, *tips[-1]), fill=0, width=2)
            if count > 1:
                drawing.line((*tips[0], *tips[-1]), fill=0, width=max(2, int(thick)))
            elif random.random() < 0.3:
                drawing.line((*tips[0], tips[0][0] + 1.5 * half, tips[0][1] - stem * 0.4), fill=0, width=2)
            x += count * step + half * random.uniform(1, 10)
    return image
