#!/usr/bin/env bash
# Brings the C sources of tree-sitter and of its Python grammar from their npm packages into third_party/ (git-ignored). Idempotent.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.25.0
core_sha256=016448ee8e2c23aed7e1155c118cd66cd026e6436f7394b3f3606d30bf9aaa4a
python_sha256=63b76b3fa8181fd79eaad4abcdb21e2babcb504dbfc7710a89934fa456d26096
target=third_party/tree-sitter
[ -f "$target/version" ] && [ "$(cat "$target/version")" = "$version" ] && exit 0
command -v npm >/dev/null || { echo "get_tree_sitter: npm is missing: install Node.js 20 with npm" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {  # NAME SHA256
  (cd "$work" && npm pack --silent --ignore-scripts "$1@$version" >/dev/null)
  echo "$2  $work/$1-$version.tgz" | sha256sum --check --quiet || { echo "get_tree_sitter: $1 $version has another hash than expected" >&2; exit 2; }
  mkdir "$work/$1" && tar xzf "$work/$1-$version.tgz" -C "$work/$1"
}
fetch tree-sitter "$core_sha256"
fetch tree-sitter-python "$python_sha256"
rm -rf "$target" && mkdir -p "$target/core" "$target/python/tree_sitter"
cp -r "$work/tree-sitter/package/vendor/tree-sitter/lib/src" "$work/tree-sitter/package/vendor/tree-sitter/lib/include" "$target/core/"
cp "$work/tree-sitter-python/package/src/parser.c" "$work/tree-sitter-python/package/src/scanner.c" "$target/python/"
cp "$work/tree-sitter-python/package/src/tree_sitter/"*.h "$target/python/tree_sitter/"
echo "$version" > "$target/version"
