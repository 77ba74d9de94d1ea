"""Fonts of Debian's packages, unpacked beside the data without being installed, and what each can write."""

import functools
import logging
import pathlib
import subprocess
import tempfile
import unicodedata

from fontTools.ttLib import TTFont
from PIL import ImageFont

from fetching import fail

logging.getLogger("fontTools").setLevel(logging.ERROR)

# Packages whose letters look printed, and such as look written by hand. Those of the second column of each are only
# used in test parts.
PRINTED = (["fonts-dejavu-core", "fonts-liberation", "fonts-noto-core", "fonts-wqy-microhei"], ["fonts-freefont-ttf"])
WRITTEN = (
    ["fonts-breip", "fonts-bwht", "fonts-dancingscript", "fonts-ecolier-court", "fonts-femkeklaver", "fonts-kristi",
     "fonts-lobster", "fonts-rufscript", "fonts-kaushanscript"],
    ["fonts-dkg-handwriting", "fonts-humor-sans", "fonts-joscelyn", "fonts-lobstertwo"])

# Scripts by the ranges of their code points.
SCRIPTS = {
    "Latin": [(0x41, 0x5A), (0x61, 0x7A)],
    "Latin with accents": [(0xC0, 0x17F)],
    "Greek": [(0x391, 0x3C9)],
    "Cyrillic": [(0x410, 0x44F)],
    "Armenian": [(0x531, 0x556), (0x561, 0x586)],
    "Hebrew": [(0x5D0, 0x5EA)],
    "Arabic": [(0x621, 0x64A)],
    "Devanagari": [(0x904, 0x939)],
    "Bengali": [(0x985, 0x9B9)],
    "Tamil": [(0xB85, 0xBB9)],
    "Thai": [(0xE01, 0xE2E)],
    "Georgian": [(0x10D0, 0x10F0)],
    "Ethiopic": [(0x1200, 0x1248)],
    "Cherokee": [(0x13A0, 0x13F4)],
    "kana": [(0x3041, 0x3096), (0x30A1, 0x30FA)],
    "Hangul": [(0xAC00, 0xD7A3)],
    "Han": [(0x4E00, 0x9FA5)],
    "signs": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E), (0xA1, 0xBF), (0x2020, 0x2027)],
    "arrows and operators": [(0x2190, 0x21FF), (0x2200, 0x22FF)],
    "shapes": [(0x2500, 0x25FF), (0x2600, 0x26FF)],
}
# Letters that are drawn like the digits 0, 1 and 3, and notes.
LIKE_DIGITS = set("OoIl|!ΟοОоІіıOՕօסვ০૦௦๐ㅇ○◯◌●∘⚪⚫°ºᴑ−‖∣│¦¡") | set("ЗзʒƷვ") | set("♩♪♫♬♭♮♯")


def unpack(folder, packages):
    """Downloads packages that aren't unpacked in `folder` with apt-get, and unpacks them, without root's rights."""
    missing = [p for p in packages if not (folder / p).is_dir()]
    if not missing:
        return
    print(f"downloading {len(missing)} Debian packages of fonts", flush=True)
    with tempfile.TemporaryDirectory() as work:
        command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=", "download", *missing]
        try:
            done = subprocess.run(command, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            fail("the fonts come from Debian's packages: apt-get is needed", 69)
        if done.returncode != 0:
            fail(f"apt-get could not download {' '.join(missing)} (run apt-get update?)", 69)
        for package in missing:
            archive = next(pathlib.Path(work).glob(package + "_*.deb"))
            target = pathlib.Path(work) / package
            subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mv", target, folder / package], check=True)


class Fonts:
    """The fonts of some packages, and the characters of each script that each has."""

    def __init__(self, folder, packages):
        unpack(folder, packages)
        self.files = []
        for package in packages:
            found = sorted(f for kind in ("ttf", "otf", "ttc") for f in (folder / package).rglob("*." + kind) if f.is_file())
            # Noto comes in many widths, weights and variants for user interfaces: regular and bold will do.
            self.files += [f for f in found if not f.name.startswith("Noto")
                           or (f.stem.endswith(("-Regular", "-Bold")) and "UI-" not in f.name)]
        self.files = [f for f in self.files if self._scripts(f)]
        self.by_script = {}
        for file in self.files:
            for script in self._scripts(file):
                self.by_script.setdefault(script, []).append(file)
        self.scripts = sorted(self.by_script)

    @staticmethod
    @functools.cache
    def _scripts(file):
        """{script: characters}; only scripts of which the font has at least ten characters."""
        with TTFont(file, fontNumber=0, lazy=True) as font:
            covered = set(font.getBestCmap() or {})
        scripts = {}
        for script, ranges in SCRIPTS.items():
            characters = [chr(c) for low, high in ranges for c in range(low, high + 1)
                          if c in covered and chr(c) not in LIKE_DIGITS
                          and unicodedata.category(chr(c))[0] in "LPS"]
            if len(characters) >= 10:
                scripts[script] = "".join(characters)
        return scripts

    def choose(self, random, scripts=None):
        """A font file and the characters of one script that it has; every script as likely as every other."""
        scripts = scripts or self.scripts
        script = scripts[random.integers(len(scripts))]
        files = self.by_script[script]
        file = files[random.integers(len(files))]
        return file, self._scripts(file)[script]


@functools.lru_cache(maxsize=2000)
def loaded(file, pixels):
    """A font in a size."""
    return ImageFont.truetype(str(file), pixels)
