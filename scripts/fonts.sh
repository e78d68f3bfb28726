#!/usr/bin/env bash
# Fetches the complete Noto fonts by npm into a temporary folder and cuts ofd/font's files from them.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh go node

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm --prefix "$work" install --no-audit --no-fund --no-save --ignore-scripts \
  @expo-google-fonts/noto-serif-sc@0.4.3 @expo-google-fonts/noto-sans-sc@0.4.3
go run ./ofd/font/gen -from "$work/node_modules/@expo-google-fonts" -out ofd/font
