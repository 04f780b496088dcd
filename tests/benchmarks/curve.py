"""Costs by size into a drawing: SVG by hand, with every figure as text."""

from __future__ import annotations

from collections.abc import Mapping

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 360, 70, 30, 50, 60
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" '
    'font-family="sans-serif" font-size="13">\n<title>Cost of a resource by the size of the record</title>\n'
    '<rect width="{0}" height="{1}" fill="white"/>\n'
)


def curve(costs_us: Mapping[int, float]) -> str:
    """Microseconds for each resource, by how many resources there are. A level line is a linear cost."""
    most_size, most_us = max(costs_us), max(costs_us.values()) * 1.25
    across, up = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    points = [
        (_LEFT + across * size / most_size, _HEIGHT - _BOTTOM - up * cost / most_us, size, cost)
        for size, cost in costs_us.items()
    ]
    floor = _HEIGHT - _BOTTOM
    parts = [
        _HEAD.format(_WIDTH, _HEIGHT),
        _text(_WIDTH / 2, 24, "Screened, merged and presented: processor time for each resource"),
        _text(_WIDTH / 2, _HEIGHT - 12, "resources in one record, over twelve partners"),
        f'<path d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT}" fill="none" stroke="black"/>\n',
        '<polyline fill="none" stroke="#005eb8" stroke-width="2" points="'
        + " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
        + '"/>\n',
    ]
    for x, y, size, cost in points:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#005eb8"/>\n')
        parts.append(_text(x, y - 12, f"{cost:.1f} us"))
        parts.append(_text(x, floor + 20, f"{size:,}"))
    return "".join([*parts, "</svg>\n"])


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{words}</text>\n'
