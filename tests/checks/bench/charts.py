"""Bar charts as SVG: a few bars, their numbers, no decoration. Readable on light and dark pages."""

from __future__ import annotations

import dataclasses
import pathlib
import sys

import rows

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import svg

LABEL, BAR, GAP = 230, 20, 8  # pixels
COLOURS = {"tcexec": "#0b7285", "floor": "#868e96"}
OTHERS = "#ced4da"


@dataclasses.dataclass
class Bar:
    name: str
    value: float
    said: str


def chart(title: str, bars: list[Bar]) -> str:
    """An SVG text. The longest bar takes the width."""
    height = svg.TOP + len(bars) * (BAR + GAP) + GAP
    scale = (svg.WIDTH - LABEL - 110) / max(bar.value for bar in bars)
    parts = []
    for at, bar in enumerate(bars):
        y, length = svg.TOP + at * (BAR + GAP), max(bar.value * scale, 1)
        colour = COLOURS.get(bar.name.split(":")[0].split(",")[0], OTHERS)
        parts += [svg.text(LABEL - 10, y + 15, bar.name, "end"), svg.box(LABEL, y, length, BAR, colour),
                  svg.text(round(LABEL + length + 8, 1), y + 15, bar.said)]
    return svg.page(title, height, parts)


CHARTS = {  # file: title, row, part of the line's name, unit, what the floor is called
    "process": ("One call as a whole process, RSA chain, one root: ms of CPU", 3, "RSA", "ms of CPU", "floor: bare BearSSL"),
    "bundle": ("The same with the system's whole bundle: ms of CPU", 4, "RSA", "ms of CPU", ""),
    "memory": ("Peak memory of that process, one root: KiB", 5, "RSA chain, one root", "KiB", "floor: bare BearSSL"),
    "kept": ("A call over a kept connection: µs of CPU", 6, "kept", "µs of CPU", ""),
    "signature": ("One signature with the day's key: ns", 1, "cached", "ns", "floor: its SHA-256"),
}


def draw(lines: list[rows.Line], folder: pathlib.Path) -> None:
    """Writes NAME.svg for each chart whose row was measured."""
    for name, (title, row, part, unit, floor) in CHARTS.items():
        found = [line for line in lines if line.row == row and part in line.what and line.unit == unit]
        if not found:
            continue
        line = found[0]
        values = {"tcexec": line.ours, **({floor: line.floor} if floor and line.floor else {}), **line.peers}
        bars = [Bar(who, value, rows.number(value)) for who, value in sorted(values.items(), key=lambda item: item[1])]
        (folder / f"{name}.svg").write_text(chart(title, bars))
