"""What the pictures of these checks share: one page, readable on light and dark backgrounds."""

from __future__ import annotations

from xml.sax.saxutils import escape

WIDTH = 720  # pixels
TOP = 34  # below the title
INK = "#212529"


def text(x: float, y: float, what: str, anchor: str = "start", fill: str = INK, weight: str = "normal") -> str:
    return (f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}">'
            f'{escape(what)}</text>')


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" fill="{fill}"/>'


def page(title: str, height: int, parts: list[str]) -> str:
    """The text of an SVG: its own white page, so that it needs no light background."""
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
        text(12, 22, title, weight="bold"), *parts, "</svg>", ""])
