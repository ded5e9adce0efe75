#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the fuzz targets for ClusterFuzzLite, or another farm that has OSS-Fuzz's
# conventions: compiler and sanitizers are in $CC and $CFLAGS, what to link with in
# $LIB_FUZZING_ENGINE, and the targets go to $OUT with their seeds and dictionaries.
set -euo pipefail

# There it is a copy outside of the tree.
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ -e "$tree/meson.build" ] || tree=${SRC:?}/paracall
build=${WORK:-/tmp}/paracall-fuzz

rm -rf "$build"
meson setup "$build" "$tree" -Dfuzz=true "-Dfuzz_engine=${LIB_FUZZING_ENGINE:?}" \
	-Dguests=false -Dpage=disabled -Dwerror=false -Db_lundef=false
for seeds in "$tree"/fuzz/seeds/*; do
	target=${seeds##*/}
	ninja -C "$build" "fuzz/fuzz-$target"
	cp "$build/fuzz/fuzz-$target" "${OUT:?}/"
	(cd "$seeds" && zip -q "$OUT/fuzz-${target}_seed_corpus.zip" ./*)
	[ ! -e "$tree/fuzz/$target.dict" ] ||
		cp "$tree/fuzz/$target.dict" "$OUT/fuzz-$target.dict"
done
