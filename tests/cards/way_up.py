"""Learn which way up print stands (intake/way_up.json), and measure how often it is told right.

`python -m tests.cards.way_up --learn` draws, learns and writes the weights, the same ones every time; without
`--learn` it measures. Half of the training families are learned from, the other half is measured. Each photo is learned
from as it is, smaller, larger, blurred and leaning both ways: drawing is what takes the time, and weights that hold for
all of these hold for more cards.
"""

import argparse
import io
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageStat

from intake import image_worker, way_up
from tests.cards.die import Die
from tests.cards.families import Family, load
from tests.cards.photo import GRADES, as_bytes, take_photo, way_of
from tests.cards.scenes import NOT_CARDS
from tests.cards.tables import TABLES

#: clockwise quarter turns, as Pillow names them
TURNS = {0: None, **image_worker.TURNS}
#: how many pictures without print are learned from: nothing can be told of them, so nothing is to be said
EMPTY = 160
#: the sizes, the blur (pixels) and the lean (degrees) in which each photo is learned from besides its own
SIZES, BLUR, LEANS = (0.8, 1.2), 1.2, (5, -5)
#: how strongly weights are kept small, and steps of learning
KEPT_SMALL, STEPS = 0.001, 400


def families(*, learned: bool) -> list[Family]:
    """Return the half of the training families that is learned from, or the other one."""
    return [family for family in load("training") if (zlib.crc32(family.name.encode()) % 2 == 0) == learned]


def upright(page: Image.Image, grade: str, *seed: object) -> Image.Image:
    """Return the judged copy of a photo in which the card stands upright.

    The table, its light and the card's shadow are turned at random, so that they tell nothing about the card.
    """
    how, chances = way_of(grade, *seed)
    die = Die("way up", grade, *seed)
    quarters = die.whole(0, 3)
    photo = as_bytes(turn(page, quarters), replace(how, turns=0, told_turns=0), chances)
    return turn(judged(photo), -quarters % 4)


def turn(picture: Image.Image, quarters: int) -> Image.Image:
    """Return a picture turned clockwise."""
    how = TURNS[quarters]
    return picture if how is None else picture.transpose(how)


def judged(photo: bytes) -> Image.Image:
    """Return the small grey copy of a photo that the decoding child judges."""
    picture = Image.open(io.BytesIO(image_worker.clean(io.BytesIO(photo), 0)[0]))
    return image_worker.judged(picture)


def cards(chosen: Iterable[Family], people: Iterable[int]) -> Iterator[tuple[str, Image.Image]]:
    """Yield grade and upright photo of all sides of all cards."""
    numbers = list(people)
    for family in chosen:
        for number in numbers:
            face = family.face(number)
            pages = {"front": face.front, "back": face.back}
            for side, page in pages.items():
                for grade in GRADES if page else ():
                    yield grade, upright(page, grade, family.name, number, side)


def varied(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield a judged copy as it is, smaller, larger, blurred, and leaning to either side."""
    yield picture
    for size in SIZES:
        yield picture.resize((round(picture.width * size), round(picture.height * size)), Image.Resampling.BICUBIC)
    yield picture.filter(ImageFilter.GaussianBlur(BLUR))
    around = int(ImageStat.Stat(picture).mean[0])
    for lean in LEANS:
        yield picture.rotate(lean, Image.Resampling.BICUBIC, fillcolor=around)


def empty(count: int) -> Iterator[Image.Image]:
    """Yield judged copies of pictures without print: tables, blank cards with some shapes, scenes, noise."""
    for number in range(count):
        die = Die("empty", number)
        rng = np.random.default_rng(die.whole(0, 2**31))
        kind = number % 4
        if kind == 0:
            table = TABLES[die.pick("plain", "wood", "cloth", "counter")](1400, 1050, rng)
            picture = Image.fromarray(np.clip(table, 0, 255).astype(np.uint8))
        elif kind == 1 and number < 12:
            picture = NOT_CARDS[("landscape", "blank", "fur")[number // 4]]()
        elif kind == 1:
            noise = Image.effect_noise((die.pick(250, 500, 1000), 375), die.whole(10, 110))
            picture = noise.resize((1000, 750)).convert("RGB")
        else:
            how, _ = way_of(die.pick(*GRADES), "empty", number)
            picture = take_photo(_shapes(die), replace(how, turns=0, told_turns=0), rng)
        yield turn(image_worker.judged(picture), die.whole(0, 3))


def _shapes(die: Die) -> Image.Image:
    page = Image.new("RGB", (1200, 757), (die.whole(150, 255), die.whole(150, 255), die.whole(150, 255)))
    pen = ImageDraw.Draw(page)
    for _ in range(die.whole(0, 11)):
        left, top = die.whole(0, 1100), die.whole(0, 700)
        box = (left, top, left + die.whole(20, 600), top + die.whole(10, 200))
        colour = (die.whole(0, 255), die.whole(0, 255), die.whole(0, 255))
        (pen.rectangle if die.chance(0.5) else pen.ellipse)(box, fill=colour)
    return page


def learn(upright_ones: np.ndarray, empty_ones: np.ndarray) -> np.ndarray:
    """Return weights (counts x patterns) that tell upright pictures from turned ones, and nothing of empty ones.

    Both are pictures x counts x patterns. A logistic regression over the four ways up, by gradient descent (Adam).
    """
    every = np.concatenate([upright_ones, empty_ones])
    count, rows, patterns = every.shape
    ways = np.stack([_turned(every, quarters).reshape(count, -1) for quarters in range(4)], axis=1)
    ways -= ways.mean(axis=1, keepdims=True)
    unit = 1 / np.sqrt((ways[: len(upright_ones)] ** 2).mean())
    ways *= unit
    wanted = np.full((count, 4), 0.25)
    wanted[: len(upright_ones)] = (1, 0, 0, 0)
    share = np.where(np.arange(count) < len(upright_ones), 0.5 / len(upright_ones), 0.5 / len(empty_ones))
    weights = first = second = np.zeros(rows * patterns)
    for step in range(1, STEPS + 1):
        scores = ways @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        wrong = (odds / odds.sum(axis=1, keepdims=True) - wanted) * share[:, None]
        slope = np.einsum("nwd,nw->d", ways, wrong) + KEPT_SMALL * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        pace = 0.05 * (1 - (step - 1) / STEPS)  # slower and slower: it ends in one place, however sums are rounded
        weights = weights - pace * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return (weights * unit).reshape(rows, patterns)


def _turned(counted: np.ndarray, quarters: int) -> np.ndarray:
    """Return the counts that the pictures have when they are turned clockwise."""
    before = [way_up.turned(pattern, -quarters % 4) for pattern in range(256)]
    return counted[:, :, before + [256 + pattern for pattern in before]]


def write(weights: np.ndarray) -> None:
    """Keep the weights as whole numbers."""
    unit = float(np.abs(weights).max()) / 999
    rows = [json.dumps(row) for row in np.round(weights / unit).astype(int).tolist()]
    way_up.WEIGHTS.write_text(f'{{"unit": {unit:.6g}, "weights": [\n' + ",\n".join(rows) + "\n]}\n", encoding="ascii")


def measure(pictures: Iterable[tuple[str, Image.Image]]) -> dict[str, Counter[str]]:
    """Return for each grade how often what was done: to upright photos, and to those that are turned."""
    done: dict[str, Counter[str]] = {}
    for grade, picture in pictures:
        tally = done.setdefault(grade, Counter())
        for lies in range(4):
            by = way_up.learned().quarters(turn(picture, lies))
            if by == way_up.ON_SIDE:
                tally[f"{lies} {'asked' if lies % 2 else 'wrong'}"] += 1
            elif by:
                tally[f"{lies} {'right' if (lies + by) % 4 == 0 else 'wrong'}"] += 1
            tally[f"{lies}"] += 1
    return done


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cards.way_up", description="Which way up print stands.")
    parser.add_argument("--learn", action="store_true", help="learn anew and write the weights")
    parser.add_argument("--people", type=int, default=4, help="cards of each family")
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    return parser.parse_args(words)


def main(words: list[str]) -> None:
    """Learn, or print the figures."""
    given = _arguments(words)
    people = range(given.first, given.first + given.people)
    if given.learn:
        photos = (one for _, photo in cards(families(learned=True), people) for one in varied(photo))
        write(learn(*(np.array([list(way_up.counts(one)) for one in some]) for some in (photos, empty(EMPTY)))))
        return
    for grade, tally in measure(cards(families(learned=False), people)).items():
        for lies in range(4):
            every, right, asked, wrong = (tally[f"{lies}{what}"] for what in ("", " right", " asked", " wrong"))
            told = f"{every} photos, put right {right}, which way is asked {asked}, wrong {wrong}"
            sys.stdout.write(f"{grade:6} turned by {lies}: {told}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
