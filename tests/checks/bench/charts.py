"""Bar charts as SVG: a few bars, their numbers, no decoration. Readable on light and dark pages."""

from __future__ import annotations

import dataclasses
import pathlib
from xml.sax.saxutils import escape

import rows

WIDTH, LABEL, BAR, GAP, TOP = 720, 230, 20, 8, 34  # pixels
COLOURS = {"tcexec": "#0b7285", "floor": "#868e96"}
OTHERS = "#ced4da"


@dataclasses.dataclass
class Bar:
    name: str
    value: float
    said: str


def chart(title: str, bars: list[Bar]) -> str:
    """An SVG text. The longest bar takes the width."""
    height = TOP + len(bars) * (BAR + GAP) + GAP
    scale = (WIDTH - LABEL - 110) / max(bar.value for bar in bars)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
             f'<text x="12" y="22" font-weight="bold" fill="#212529">{escape(title)}</text>']
    for at, bar in enumerate(bars):
        y, length = TOP + at * (BAR + GAP), max(bar.value * scale, 1)
        text = f'y="{y + 15}" fill="#212529"'
        colour = COLOURS.get(bar.name.split(":")[0].split(",")[0], OTHERS)
        parts.append(f'<text x="{LABEL - 10}" {text} text-anchor="end">{escape(bar.name)}</text>')
        parts.append(f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>')
        parts.append(f'<text x="{LABEL + length + 8:.1f}" {text}>{escape(bar.said)}</text>')
    return "\n".join([*parts, "</svg>", ""])


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
