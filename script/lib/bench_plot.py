# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of script/bench --plot: seconds over vCPUs, both axes logarithmic, as SVG."""

import math

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 56, 64
# Of Okabe and Ito.
COLORS = {"plain": "#d55e00", "paracall": "#0072b2"}
NAMES = {"plain": "plain QEMU TCG", "paracall": "with Paracall"}
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Axis:
    """Numbers to places, both logarithmic."""

    def __init__(self, low, high, begin, end):
        self.low, self.begin = math.log(low), begin
        self.factor = (end - begin) / ((math.log(high) - self.low) or 1)

    def at(self, value):
        return self.begin + (math.log(value) - self.low) * self.factor


def text_at(x, y, words, anchor="middle", size=13, color="#1b2330"):
    return ('<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" fill="%s">%s</text>'
            % (x, y, anchor, size, color, escape(words)))


def line_at(x1, y1, x2, y2):
    return ('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#dfe3e8"/>'
            % (x1, y1, x2, y2))


def series(points, color, x_axis, y_axis):
    """One engine's: [(vcpus, median, lowest, highest)]."""
    path = " ".join("%.1f,%.1f" % (x_axis.at(x), y_axis.at(y)) for x, y, _, _ in points)
    parts = ['<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (path, color)]
    for x, middle, low, high in points:
        parts.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>'
                     % (x_axis.at(x), y_axis.at(low), x_axis.at(x), y_axis.at(high), color))
        parts.append('<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>'
                     % (x_axis.at(x), y_axis.at(middle), color))
    return parts


def draw(title, machine, points):
    """@points: by "plain" and "paracall", what series() takes. Returns the file's text."""
    everything = [point for one in points.values() for point in one]
    vcpus = sorted({point[0] for point in everything})
    low = max(tick for tick in (0.1,) + TICKS if tick <= min(point[2] for point in everything))
    high = max(point[3] for point in everything) * 1.1
    x_axis = Axis(vcpus[0], vcpus[-1], LEFT, WIDTH - RIGHT)
    y_axis = Axis(low, high, HEIGHT - BOTTOM, TOP)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
             'font-family="system-ui, sans-serif">' % (WIDTH, HEIGHT),
             "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->",
             "<title>%s</title>" % escape(title),
             '<rect width="%d" height="%d" fill="#fff"/>' % (WIDTH, HEIGHT),
             text_at(WIDTH / 2, 22, title, size=16)]
    for tick in TICKS:
        if low <= tick <= high:
            parts.append(line_at(LEFT, y_axis.at(tick), WIDTH - RIGHT, y_axis.at(tick)))
            parts.append(text_at(LEFT - 8, y_axis.at(tick) + 4, "%d s" % tick, "end"))
    for number in vcpus:
        parts.append(line_at(x_axis.at(number), TOP, x_axis.at(number), HEIGHT - BOTTOM))
        parts.append(text_at(x_axis.at(number), HEIGHT - BOTTOM + 18, str(number)))
    parts.append(text_at((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 36, "vCPUs"))
    parts.append(text_at(WIDTH / 2, HEIGHT - 8, machine, size=10, color="#5b6675"))
    for place, (name, one) in enumerate(points.items()):
        parts += series(one, COLORS[name], x_axis, y_axis)
        parts.append(text_at(LEFT + 12, TOP + 16 + 18 * place, NAMES[name], "start",
                             color=COLORS[name]))
    return "\n".join(parts + ["</svg>", ""])
