#!/usr/bin/env bash
# Brings htmx (Zero-Clause BSD) into testing/static/vendor. Run from the root of the checkout; needs npm.
set -euo pipefail
target="$(pwd)/testing/static/vendor"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"
(cd "$work" && npm pack --silent "htmx.org@4.0.1" >/dev/null && tar -xzf ./*.tgz)
# The source map is not shipped, so its mention goes: browsers would ask for it in vain.
sed '/^\/\/# sourceMappingURL=/d' "$work/package/dist/htmx.min.js" > "$target/htmx.min.js"
cp "$work/package/LICENSE" "$target/LICENSE-htmx.txt"
ls -l "$target"
