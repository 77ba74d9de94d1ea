"""What must hold of the tool: tools/build-sheet-music --check"""

import itertools
import pathlib
import tempfile
import unittest

import numpy

from pictures import fonts, photographs

from . import build, capture, pages

ROOT = pathlib.Path(__file__).resolve().parents[2] / "data" / "sources"


def staff_paper(with_notes):
    """A drawn page: staves of five thin lines, with thick dots and stems on them or without."""
    page = numpy.full((800, 800), 255, numpy.uint8)
    for top in range(40, 760, 120):
        page[top:top + 37:9] = 0
        if with_notes:
            for left in range(30, 780, 40):
                page[top + 10:top + 18, left:left + 12] = 0
                page[top - 15:top + 18, left + 11:left + 13] = 0
    return page


class Checks(unittest.TestCase):
    def test_only_staves_with_notes_are_cut_out_as_sheet_music(self):
        random = numpy.random.default_rng(0)
        self.assertIsNotNone(capture.Music(staff_paper(True), pages.SPACE).view(random))
        self.assertIsNone(capture.Music(staff_paper(False), pages.SPACE).view(random))
        self.assertIsNone(capture.Music(numpy.full((800, 800), 255, numpy.uint8), pages.SPACE).view(random))

    def test_no_photograph_is_in_two_parts(self):
        for one, other in itertools.combinations(build.PHOTOGRAPHS.values(), 2):
            self.assertFalse(set(one) & set(other))

    def test_every_score_is_in_one_part(self):
        with tempfile.TemporaryDirectory() as folder:
            for composer, count in (("bach", 90), ("josquin", 8), ("weber", 1)):
                (pathlib.Path(folder) / composer).mkdir()
                for index in range(count):
                    (pathlib.Path(folder) / composer / f"{index}.mxl").touch()
            parts = pages.scores(pathlib.Path(folder))
            files = [file for part in parts.values() for file in part]
            self.assertEqual(len(files), len(set(files)))
            self.assertEqual(len(files), pages.MOST["bach"] + 8 + 1)

    def test_every_kind_gives_the_same_pictures_again(self):
        images = photographs.load(ROOT / "photographs")
        typefaces = [fonts.Fonts(ROOT / "fonts", packages[1]) for packages in (fonts.PRINTED, fonts.WRITTEN)]
        for kind in [*build.SEEN, *build.NEAR, *build.UNSEEN.values()]:
            first, second = (build.Builder("test", 5, images, *typefaces).other(kind, 6) for _ in range(2))
            self.assertEqual(first.shape, (6, capture.SIZE, capture.SIZE))
            self.assertEqual(first.dtype, numpy.uint8)
            self.assertTrue((first == second).all())
            self.assertGreater(first.std(), 5)

    def test_straight_views_without_perspective_show_what_was_there(self):
        class Straight:
            def normal(self, *_): return 0.0
            def random(self): return 1.0
            def uniform(self, low, high, shape): return numpy.zeros(shape)
        page = numpy.add.outer(numpy.arange(512), numpy.arange(512)).astype(numpy.float32) / 4
        view = capture.Canvas(page.astype(numpy.uint8)).view(Straight(), 100, 60, 128)
        expected = page[60:188, 100:228].reshape(64, 2, 64, 2).mean((1, 3))
        self.assertLess(numpy.abs(view - expected).max(), 2)


if __name__ == "__main__":
    unittest.main()
