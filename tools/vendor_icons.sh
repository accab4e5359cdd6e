#!/usr/bin/env bash
# Draws the used lucide icons, and our own state shapes, into one sprite: testing/static/icons/sprite.svg.
# Run from the root of the checkout; needs npm and python3. Add a name to the list, run again, commit the sprite.
set -euo pipefail
target="$(pwd)/testing/static/icons"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"
(cd "$work" && npm pack --silent "lucide-static@1.62.0" >/dev/null && tar -xzf ./*.tgz)

python3 - "$work/package/icons" "$target/sprite.svg" <<'PYTHON'
import pathlib
import re
import sys

ICONS = """
globe volume-2 volume-x hand check arrow-right arrow-left play pause square clock lock lock-open user users
file-text file-check file-pen-line printer calendar calculator calendar-plus log-out log-in triangle-alert info
circle-question-mark eye eye-off pencil pen-line plus minus x search map-pin id-card glasses refresh-cw monitor
monitor-smartphone shield-check mic circle circle-check circle-alert circle-x inbox house book-open headphones
message-circle building-2 list list-checks chart-line download upload copy flag hourglass wifi-off undo-2
arrow-up arrow-down chevron-down chevron-right chevron-left ellipsis settings key-round qr-code save send star
trash-2 history languages scale signature image keyboard coffee timer graduation-cap door-open phone mail
armchair accessibility ear
""".split()
# Shapes that tell a state without colour: filled, so that they are read across a room and on a grey print.
SHAPES = {
    "state-waiting": '<circle cx="12" cy="12" r="7.5" fill="none" stroke="currentColor" stroke-width="3"/>',
    "state-running": '<path d="M7 4.5v15l12.5-7.5z" fill="currentColor" stroke="none"/>',
    "state-paused": '<path d="M6 5h4.5v14H6zM13.5 5H18v14h-4.5z" fill="currentColor" stroke="none"/>',
    "state-attention": '<path d="M12 2.5 21.5 12 12 21.5 2.5 12z" fill="currentColor" stroke="none"/>',
    "state-done": '<path d="m4 12.5 5.5 5.5L20 6.5" fill="none" stroke="currentColor" stroke-width="4"/>',
    "state-stopped": '<path d="M5 5h14v14H5z" fill="currentColor" stroke="none"/>',
    "state-draft": '<circle cx="12" cy="12" r="7.5" fill="none" stroke="currentColor" stroke-width="3" '
    'stroke-dasharray="3.2 4.6"/>',
    "state-absent": '<path d="M5 12h14" fill="none" stroke="currentColor" stroke-width="4"/>',
    # What a person says of an "I can" statement, as the voice names it; and passing over.
    "answer-yes": '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/>'
    '<path d="m7 12.5 3.5 3.5L17 9" fill="none" stroke="var(--paper, #fff)" stroke-width="2.6"/>',
    "answer-half": '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M3 12a9 9 0 0 0 18 0z" fill="currentColor" stroke="none"/>',
    "answer-no": '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="m8 8 8 8M16 8l-8 8" fill="none" stroke="currentColor" stroke-width="2.6"/>',
    "pass-over": '<path d="m4 5 7 7-7 7M12 5l7 7-7 7" fill="none" stroke="currentColor" stroke-width="2.6"/>',
    # Our own mark: three shores, each a step further, and a berry.
    "mark": '<path d="M3 19h18M3 14h11M3 9h6" fill="none" stroke="currentColor" stroke-width="2.6"/>'
    '<circle cx="18.5" cy="6.5" r="3" fill="var(--cloudberry, #F5B13D)" stroke="none"/>',
}
source, target = map(pathlib.Path, sys.argv[1:])
symbols = []
for name in sorted(set(ICONS)):
    path = source / f"{name}.svg"
    if not path.exists():
        print(f"lucide has no icon named {name}", file=sys.stderr)
        continue
    inner = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.S).group(1)
    inner = re.sub(r"\s+", " ", inner).strip()
    symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
symbols += [f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>' for name, inner in SHAPES.items()]
target.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")
print(f"{len(symbols)} symbols, {target.stat().st_size} bytes")
PYTHON
cp "$work/package/LICENSE" "$target/LICENSE-lucide.txt"
