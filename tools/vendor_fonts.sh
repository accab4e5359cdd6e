#!/usr/bin/env bash
# Brings the font subsets that the pages use into testing/static/fonts, and the licence with them.
# Run from the root of the checkout; needs npm. The packages are pinned so that a rebuild changes nothing.
set -euo pipefail
target="$(pwd)/testing/static/fonts"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"

unpack() { # unpack PACKAGE@VERSION FOLDER
  (cd "$work" && npm pack --silent "$1" >/dev/null)
  mkdir -p "$work/$2"
  tar -xzf "$work"/*.tgz -C "$work/$2" --strip-components=1
  rm "$work"/*.tgz
}

unpack "@fontsource/noto-sans@5.3.0" sans
unpack "@fontsource/noto-sans-arabic@5.3.0" arabic

# Two weights carry the whole family: 400 for text, 600 for headings and labels.
for weight in 400 600; do
  for subset in latin latin-ext cyrillic; do
    cp "$work/sans/files/noto-sans-$subset-$weight-normal.woff2" "$target/"
  done
  cp "$work/arabic/files/noto-sans-arabic-arabic-$weight-normal.woff2" "$target/noto-sans-arabic-$weight-normal.woff2"
done
cp "$work/sans/LICENSE" "$target/OFL-noto-sans.txt"
cp "$work/arabic/LICENSE" "$target/OFL-noto-sans-arabic.txt"
ls -l "$target"
