"""Pictures with text burned in, drawn over real text-free images: every line known by its letters' pixels.

Six sets: radiographs, CT and MR, ultrasound screens, PACS screenshots, phone photos of a monitor, and a hard set
(letters of 8 to 10 pixels, grey, tilted, noisy). All names and numbers are drawn by lot. Development and held-out
pictures come from seeds apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench._burned_in_bases import CHESTS, SLICES, base
from bench._burned_in_words import (
    MENUS,
    POSITIONS,
    SIDES,
    date,
    identifier,
    korean_name,
    technical,
    ultrasound_settings,
)
from deidentify.burned_in.views import to_view

SEEDS = {"development": 71_000, "held-out": 912_000}
SETS = ("radiograph", "slice", "ultrasound", "screenshot", "photo", "hard")
Grey = NDArray[np.float32]
MOST_LETTERS = 128
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansCondensed.ttf", "DejaVuSerif.ttf",
    "LiberationSans-Regular.ttf", "LiberationMono-Bold.ttf", "LiberationSansNarrow-Bold.ttf",
)  # fmt: skip
_ASIAN_FONTS = (
    "NanumGothic.ttf",
    "NanumBarunGothic.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-Bold.ttc",
    "NotoSerifCJK-Regular.ttc",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A line that was drawn: an identifier to hide, a marker to keep, or words that are neither."""

    text: str
    role: str


@dataclass(slots=True, kw_only=True)
class Scene:
    """A picture in the making. `ink` says per pixel which letter of which line covers it (0: none)."""

    name: str
    picture: NDArray[Any]
    ink: NDArray[np.int32]
    lines: list[Drawn] = field(default_factory=list)
    is_photo: bool = False
    is_inverted: bool = False

    @property
    def view(self) -> NDArray[np.uint8]:
        """The picture as a person sees it; inverted values (MONOCHROME1) are turned over first."""
        view = to_view(self.picture)
        return np.asarray(255 - view, np.uint8) if self.is_inverted else view


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How a line is drawn: letter height in pixels, grey level from 0 to 1 or a colour, outline, angle, mirrored."""

    height: float
    level: float | tuple[float, float, float] = 1.0
    outline: bool = False
    angle: float = 0.0
    mirrored: bool = False
    opacity: float = 1.0


def scenes(name: str, *, split: str, count: int) -> Iterator[Scene]:
    """Yield so many pictures of one set."""
    for number in range(count):
        yield scene(name, seed=SEEDS[split] + 1000 * SETS.index(name) + number)


def scene(name: str, *, seed: int) -> Scene:
    lot = random.Random(seed)
    return _MAKERS[name](lot)


def draw(scene: Scene, text: str, *, role: str, at: tuple[int, int], pen: Pen) -> tuple[int, int, int, int]:
    """Draw a line with its top left corner at (x, y), moved inside of the picture; return its rectangle.

    Where another line is already, nothing is drawn.
    """
    cover, letters = _rendered(text, pen)
    rows, columns = scene.picture.shape[:2]
    cover, letters = cover[:rows, :columns], letters[:rows, :columns]
    height, width = cover.shape
    x, y = max(0, min(at[0], columns - width)), max(0, min(at[1], rows - height))
    place = (slice(y, y + height), slice(x, x + width))
    if scene.ink[max(0, y - 4) : y + height + 4, max(0, x - 6) : x + width + 6].any():
        return x, y, width, height
    top = float(np.iinfo(scene.picture.dtype).max) if scene.picture.dtype != np.uint16 else 4095.0
    part = scene.picture[place].astype(np.float32)
    if pen.outline:
        halo = np.asarray(cv2.dilate(cover, np.ones((3, 3), np.uint8)), np.float32)
        part = _blend(part, halo, level=1.0 - float(np.mean(pen.level)), top=top)
    drawn = _blend(part, np.asarray(cover * np.float32(pen.opacity), np.float32), level=pen.level, top=top)
    scene.picture[place] = np.clip(drawn, 0, top).astype(scene.picture.dtype)
    scene.lines.append(Drawn(text=text, role=role))
    scene.ink[place][letters > 0] = letters[letters > 0] + MOST_LETTERS * len(scene.lines)
    return x, y, width, height


def _blend(part: Grey, cover: Grey, *, level: float | tuple[float, float, float], top: float) -> Grey:
    weight = cover[..., None] if part.ndim == 3 else cover
    value = np.asarray(level if part.ndim == 3 else float(np.mean(level)), np.float32)
    return np.asarray(part * (1 - weight) + weight * value * top, np.float32)


def _rendered(text: str, pen: Pen) -> tuple[Grey, NDArray[np.int32]]:
    """Return how much ink covers each pixel, and which letter (from 1) it belongs to."""
    face = _face(text, pen)
    width, height = int(face.getlength(text)) + 6, int(pen.height * 2.4) + 4
    cover, letters = np.zeros((height, width), np.float32), np.zeros((height, width), np.int32)
    for place, letter in enumerate(text):
        sheet = Image.new("L", (width, height))
        ImageDraw.Draw(sheet).text((3 + face.getlength(text[:place]), pen.height * 0.3), letter, font=face, fill=255)
        drawn = np.asarray(sheet, np.float32) / 255
        cover = np.maximum(cover, drawn)
        letters[drawn > 0.4] = place + 1
    return _turned(*_trimmed(cover, letters), pen)


def _trimmed(cover: Grey, letters: NDArray[np.int32]) -> tuple[Grey, NDArray[np.int32]]:
    rows, columns = np.nonzero(cover.max(axis=1) > 0.1)[0], np.nonzero(cover.max(axis=0) > 0.1)[0]
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return np.pad(cover[part], 2), np.pad(letters[part], 2)


def _turned(cover: Grey, letters: NDArray[np.int32], pen: Pen) -> tuple[Grey, NDArray[np.int32]]:
    if pen.mirrored:
        cover, letters = np.ascontiguousarray(cover[:, ::-1]), np.ascontiguousarray(letters[:, ::-1])
    if not pen.angle:
        return cover, letters
    rows, columns = cover.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), pen.angle, 1.0)
    width = int(rows * abs(turn[0, 1]) + columns * abs(turn[0, 0])) + 2
    height = int(rows * abs(turn[0, 0]) + columns * abs(turn[0, 1])) + 2
    turn[:, 2] += ((width - columns) / 2, (height - rows) / 2)
    marks = cv2.warpAffine(letters.astype(np.float32), turn, (width, height), flags=cv2.INTER_NEAREST)
    return np.asarray(cv2.warpAffine(cover, turn, (width, height)), np.float32), marks.astype(np.int32)


@lru_cache(maxsize=1)
def _font_files() -> dict[str, Path]:
    return {path.name: path for folder in _FONT_FOLDERS for path in Path(folder).rglob("*.tt[fc]")}


@lru_cache(maxsize=512)
def _loaded(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_font_files()[name]), size, index=1 if name.endswith(".ttc") else 0)


def _face(text: str, pen: Pen) -> ImageFont.FreeTypeFont:
    """Return a font whose capitals (or Hangul blocks) are as high as the pen says; which one, the text decides."""
    is_asian = any(ord(letter) > 0x2E7F for letter in text)
    names = [name for name in (_ASIAN_FONTS if is_asian else _FONTS) if name in _font_files()]
    if not names:
        raise FileNotFoundError("no font for this script")
    return _loaded(names[sum(map(ord, text)) % len(names)], max(6, round(pen.height / (0.86 if is_asian else 0.73))))


def _blank_scene(name: str, picture: NDArray[Any]) -> Scene:
    return Scene(name=name, picture=picture, ink=np.zeros(picture.shape[:2], np.int32))


def _corner_texts(
    scene: Scene,
    lot: random.Random,
    *,
    pen: Callable[[], Pen],
    makers: tuple[tuple[str, Callable[[random.Random], str]], ...],
) -> None:
    """Draw stacks of lines into two to four corners."""
    rows, columns = scene.picture.shape[:2]
    for right, low in lot.sample([(0, 0), (0, 1), (1, 0), (1, 1)], lot.randint(2, 4)):
        first = pen()
        offset = lot.randint(3, 20)
        for _ in range(lot.randint(1, 3)):
            role, make = lot.choice(makers)
            x = columns if right else lot.randint(2, 10)
            y = rows - offset - int(first.height * 1.6) if low else offset
            _, _, _, height = draw(scene, make(lot), role=role, at=(x, y), pen=first)
            offset += int(height * lot.uniform(1.05, 1.5))


def _radiograph(lot: random.Random) -> Scene:
    rows = lot.randint(1100, 2200)
    grey = base(lot, CHESTS, (rows, int(rows * lot.uniform(0.82, 1.2))))
    deep = lot.random() < 0.5
    scene = _blank_scene("radiograph", grey.astype(np.uint16) * 16 if deep else grey.copy())
    outline, level = lot.random() < 0.3, lot.choice((1.0, 1.0, 0.85, 0.02))

    def pen() -> Pen:
        return Pen(
            height=lot.uniform(14, 40),
            level=level,
            outline=outline or level < 0.5,
            angle=lot.choice((0, 0, 0, 0, 90, 270, 180)),
        )

    _corner_texts(scene, lot, pen=pen, makers=(("identifier", identifier),))
    size, side = lot.uniform(34, 70), lot.choice(SIDES)
    x = int(scene.picture.shape[1] * lot.choice((0.1, 0.88)))
    marker = Pen(height=size, level=lot.choice((1.0, 0.9)), mirrored=lot.random() < 0.25)
    draw(scene, side, role="marker", at=(x, int(rows * lot.uniform(0.3, 0.45))), pen=marker)
    if lot.random() < 0.6:
        draw(
            scene,
            lot.choice(POSITIONS),
            role="marker",
            at=(x - 40, int(rows * 0.55)),
            pen=Pen(height=lot.uniform(16, 34)),
        )
    if lot.random() < 0.3:
        scene.picture, scene.is_inverted = np.asarray((4095 if deep else 255) - scene.picture), True
    return scene


def _slice(lot: random.Random) -> Scene:
    size = lot.choice((512, 512, 512, 768))
    scene = _blank_scene("slice", base(lot, SLICES, (size, size)).astype(np.uint16) * 14)
    level = lot.choice((1.0, 1.0, 0.8))
    makers = (("identifier", identifier), ("identifier", identifier), ("marker", technical))
    _corner_texts(scene, lot, pen=lambda: Pen(height=lot.uniform(9.5, 14), level=level), makers=makers)
    for text, x, y in (("R", 4, size // 2), ("L", size, size // 2), ("A", size // 2, 4), ("P", size // 2, size - 18)):
        if lot.random() < 0.5:
            draw(scene, text, role="marker", at=(x, y), pen=Pen(height=lot.uniform(10, 15), level=level))
    return scene


def _ultrasound(lot: random.Random) -> Scene:
    rows, columns = lot.choice(((480, 640), (600, 800), (768, 1024)))
    scene = _blank_scene("ultrasound", _sector(lot, rows, columns))
    unit = rows / 480
    pen = Pen(height=lot.uniform(9, 11) * unit, level=lot.choice(((1, 1, 1), (0.9, 0.9, 0.5), (0.6, 0.9, 1))))
    x, y = 6, 4
    for _ in range(lot.randint(2, 3)):
        _, _, width, height = draw(scene, identifier(lot), role="identifier", at=(x, y), pen=pen)
        x, y = (x + width + 30, y) if x + width < columns // 2 else (6, y + int(height * 1.3))
    y = int(rows * 0.3)
    for text in ultrasound_settings(lot):
        draw(scene, text, role="marker", at=(columns - 6, y), pen=pen)
        y += int(pen.height * 2)
    for number in range(1, lot.randint(2, 3)):
        text = f"{number} {lot.randint(0, 9)}.{lot.randint(10, 99)} cm"
        draw(scene, text, role="marker", at=(int(columns * 0.7), rows - int(pen.height * 2 * (4 - number))), pen=pen)
    return scene


def _sector(lot: random.Random, rows: int, columns: int) -> NDArray[np.uint8]:
    """Return a black screen with a fan of speckle."""
    noise = np.random.default_rng(lot.randrange(2**32)).rayleigh(40, (rows, columns)).astype(np.float32)
    speckle = cv2.GaussianBlur(noise, (0, 0), 1.4) * (0.5 + cv2.GaussianBlur(noise, (0, 0), 25) / 50)
    fan = np.zeros((rows, columns), np.uint8)
    cv2.ellipse(fan, (columns // 2, int(rows * 0.08)), (int(rows * 0.85),) * 2, 90, -38, 38, 1, -1)
    cv2.ellipse(fan, (columns // 2, int(rows * 0.08)), (int(rows * 0.12),) * 2, 90, -60, 60, 0, -1)
    grey = np.clip(speckle * 1.6, 0, 255) * fan
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def _screenshot(lot: random.Random, name: str = "screenshot", letter: tuple[float, float] = (8.5, 13)) -> Scene:
    rows, columns = lot.choice(((900, 1440), (1080, 1920), (768, 1366)))
    scene = _blank_scene(name, np.full((rows, columns, 3), lot.randint(20, 50), np.uint8))
    bar = 60
    scene.picture[:bar] = lot.randint(45, 80)
    for place, menu in enumerate(lot.sample(MENUS, 5)):
        draw(scene, menu, role="neither", at=(12 + 130 * place, 8), pen=Pen(height=10, level=0.8))
    banner = f"{korean_name(lot)} {lot.randint(1_000_000, 99_999_999)} {date(lot, 1930, 2015)}"
    draw(scene, banner, role="identifier", at=(16, 32), pen=Pen(height=lot.uniform(*letter) + 1, level=(1, 1, 1)))
    across, down = lot.choice(((1, 1), (2, 1), (2, 2)))
    for row in range(down):
        for column in range(across):
            box = (
                columns * column // across + 3,
                bar + (rows - bar) * row // down + 3,
                columns // across - 6,
                (rows - bar) // down - 6,
            )
            _viewport(scene, lot, box=box, letter=letter)
    return scene


def _viewport(scene: Scene, lot: random.Random, *, box: tuple[int, int, int, int], letter: tuple[float, float]) -> None:
    """Draw a picture into a part of the screen, with overlays in its corners."""
    x, y, width, height = box
    edge = min(width, height)
    grey = base(lot, CHESTS + SLICES, (edge, edge))
    scene.picture[y : y + height, x : x + width] = 0
    left = x + (width - edge) // 2
    scene.picture[y : y + edge, left : left + edge] = grey[..., None]
    part = Scene(
        name="", picture=scene.picture[y : y + height, x : x + width], ink=scene.ink[y : y + height, x : x + width]
    )
    part.lines = scene.lines
    size, level = lot.uniform(*letter), lot.choice(((1, 1, 1), (1, 1, 0.4), (0.4, 1, 0.4), (1, 0.7, 0.3)))
    makers = (("identifier", identifier), ("identifier", identifier), ("marker", technical))
    _corner_texts(part, lot, pen=lambda: Pen(height=size, level=level), makers=makers)


def _photo(lot: random.Random) -> Scene:
    """Photograph a screen: tilted, with the grid of its pixels, a reflection, blur, noise, and strong compression."""
    screen = _screenshot(lot, "photo", (11, 16)) if lot.random() < 0.6 else _as_screen(_radiograph(lot))
    rows, columns = screen.picture.shape[:2]
    scale = lot.uniform(0.8, 1.5) * 1600 / max(rows, columns)
    width, height = int(columns * scale), int(rows * scale)
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    shift = np.array(
        [[lot.uniform(0.01, 0.09) * width, lot.uniform(0.01, 0.09) * height] for _ in range(4)], np.float32
    )
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + shift * np.array(
        [[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32
    )
    turn = cv2.getPerspectiveTransform(corners, target)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.warpPerspective(screen.picture, turn, (width, height), flags=interpolation, borderValue=(35, 30, 28))
    ink = cv2.warpPerspective(screen.ink.astype(np.float64), turn, (width, height), flags=cv2.INTER_NEAREST)
    screen.picture, screen.ink, screen.is_photo = _as_taken(picture.astype(np.float32), lot), ink.astype(np.int32), True
    return screen


def _as_screen(scene: Scene) -> Scene:
    view = scene.view
    scene.name, scene.picture, scene.is_inverted = "photo", np.repeat(view[..., None], 3, axis=2), False
    return scene


def _as_taken(picture: Grey, lot: random.Random) -> NDArray[np.uint8]:
    rows, columns = picture.shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    period, tilt = lot.uniform(2.6, 9), lot.uniform(-0.4, 0.4)
    waves = np.stack([np.sin(2 * np.pi * (x + tilt * y) / (period + 0.15 * channel)) for channel in range(3)], axis=2)
    picture = picture * (1 + lot.uniform(0.02, 0.12) * waves) + lot.uniform(4, 22)
    far = ((x - lot.random() * columns) ** 2 + (y - lot.random() * rows) ** 2) / (lot.uniform(0.1, 0.3) * columns) ** 2
    picture += lot.uniform(20, 90) * np.exp(-far)[..., None]
    picture = cv2.GaussianBlur(picture, (0, 0), lot.uniform(0.5, 1.3))
    picture += np.random.default_rng(lot.randrange(2**32)).normal(0, lot.uniform(1, 6), picture.shape)
    _, packed = cv2.imencode(
        ".jpg", np.clip(picture, 0, 255).astype(np.uint8)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, lot.randint(45, 85)]
    )
    return np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1])


def _hard(lot: random.Random) -> Scene:
    """Letters of 8 to 10 pixels, grey on grey, tilted or on their side, in noise."""
    rows = lot.choice((512, 1024, 1300, 1900))
    grey = base(lot, CHESTS if rows > 512 else SLICES, (rows, rows))
    spread = lot.uniform(0, 9)
    noise = np.random.default_rng(lot.randrange(2**32)).normal(0, spread, grey.shape)
    scene = _blank_scene("hard", np.asarray(np.clip(grey * 0.8 + 12 + noise, 0, 255), np.uint8))
    for row in range(lot.randint(2, 5)):
        x, y = int(lot.random() * rows * 0.75), int(rows * (0.05 + 0.18 * row + 0.05 * lot.random()))
        under = float(scene.picture[y : y + 30, x : x + 160].mean()) / 255
        contrast = (lot.uniform(55, 110) + 2.5 * spread) / 255
        level = under + contrast if under < 0.5 else under - contrast
        angle = lot.choice((0.0, 0.0, lot.uniform(-12, 12), lot.uniform(-12, 12), 90.0, 180.0))
        draw(
            scene,
            identifier(lot),
            role="identifier",
            at=(x, y),
            pen=Pen(height=lot.uniform(8, 10), level=level, angle=angle),
        )
    return scene


_MAKERS: dict[str, Callable[[random.Random], Scene]] = {
    "radiograph": _radiograph, "slice": _slice, "ultrasound": _ultrasound,
    "screenshot": _screenshot, "photo": _photo, "hard": _hard,
}  # fmt: skip
