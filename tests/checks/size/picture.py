"""Where the bytes of the firmware images are, as SVG: a stacked bar for each image, and the numbers below it."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import svg

LABEL, END, BAR, LINE, GAP = 72, 80, 24, 19, 4  # pixels: left and right of the bars, and heights
COLUMN = 90
STACK = "stack, with the room in the limit"
SHADES = {  # family: its colours, in turn
    "BearSSL": ["#364fc7", "#748ffc", "#4c6ef5", "#91a7ff"],
    "tcexec": ["#087f5b", "#38d9a9", "#12b886"],
    "firmware": ["#d9480f", "#ffa94d"],
    "buffers": ["#9c36b5", "#da77f2"],
    "stack": ["#868e96"],
    "in no part": ["#ced4da"],
}
DARK = {"#364fc7", "#4c6ef5", "#087f5b", "#d9480f", "#9c36b5"}

Parts = dict[str, dict[str, int]]  # family: part: bytes


def total(parts: Parts) -> int:
    return sum(sum(family.values()) for family in parts.values())


def said(size: int) -> str:
    return f"{size:,}" if size else "–"


def stacked(title: str, images: dict[str, Parts]) -> str:
    """Every part has a number, which is in its segment and in its line: nobody needs to compare colours."""
    scale = (svg.WIDTH - LABEL - END) / max(map(total, images.values()))
    families = {family: list(parts) for family, parts in next(iter(images.values())).items()}
    colours = [SHADES[family][at % len(SHADES[family])] for family in families for at in range(len(families[family]))]
    columns = {image: svg.WIDTH - END - COLUMN * at for at, image in enumerate(reversed(images))}
    drawn, y = [], svg.TOP + 4

    def part(number: int, x: float, y: int, width: float, height: int) -> None:
        colour = colours[number - 1]
        drawn.append(svg.box(x, y, max(width - 1, 0.5), height, colour))
        if width > 20:
            drawn.append(svg.text(round(x + width / 2, 1), y + height - (height - 10) // 2, str(number), "middle",
                                  "#ffffff" if colour in DARK else svg.INK))

    def line(what: str, number: Callable[[str], str], weight: str) -> None:
        drawn.append(svg.text(LABEL + 24, y, what, weight=weight))
        drawn.extend(svg.text(x, y, number(image), "end", weight=weight) for image, x in columns.items())

    for image, parts in images.items():
        x: float = LABEL
        drawn.append(svg.text(LABEL - 8, y + 17, image, "end"))
        for number, size in enumerate((size for family in parts.values() for size in family.values()), 1):
            if size:
                part(number, x, y, size * scale, BAR)
            x += size * scale
        drawn.append(svg.text(round(x + 6, 1), y + 17, said(total(parts)), weight="bold"))
        y += BAR + 6

    y, number = y + 14, 0
    line("bytes", str, "bold")
    for family, names in families.items():
        y += GAP
        if len(names) > 1:
            y += LINE
            line(family, lambda image: said(sum(images[image][family].values())), "bold")
        for name in names:
            y, number = y + LINE, number + 1
            part(number, LABEL - 8, y - 13, 25, 16)
            line(name, lambda image: said(images[image][family][name]), "normal")
    return svg.page(title, y + 14, drawn)


def flash(data: dict) -> str:
    return stacked("Flash of the firmware images on a Cortex-M3",
                   {image: parts["flash"] for image, parts in data["parts"].items()})


def ram(data: dict) -> str:
    """The stack is what the limit of an image leaves for it."""
    return stacked("RAM of the firmware images on a Cortex-M3",
                   {image: {**parts["ram"], "stack": {STACK: data["images"][image]["ram"] - total(parts["ram"])}}
                    for image, parts in data["parts"].items()})
