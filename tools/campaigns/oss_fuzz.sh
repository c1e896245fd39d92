#!/bin/bash
# Builds what OSS-Fuzz and ClusterFuzz run: the build.sh of a project there (spec/book/guides/fuzzing.md).
#
#   tools/campaigns/oss_fuzz.sh [FAMILY...]
#
# OSS-Fuzz sets CXX, CXXFLAGS, LIB_FUZZING_ENGINE, WORK and OUT. In OUT there is then a program by the name of each target, with
# TARGET_seed_corpus.zip and TARGET.dict from the recordings, and TARGET.options.
set -euo pipefail

: "${CXX:?}" "${CXXFLAGS:?}" "${LIB_FUZZING_ENGINE:?}" "${WORK:?}" "${OUT:?}"
root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
families=("$@")
((${#families[@]})) || families=(buddy fault kernel_map malloc slab vma)

# The libraries of Debian are built with libstdc++.
export CXXFLAGS=${CXXFLAGS/-stdlib=libc++/}
cmake -G Ninja -S "$root" -B "$WORK/refmm" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER="$CXX" \
  -DREFMM_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" --log-level=WARNING
"$root/tools/fuzz-seeds" "$WORK/seeds" "${families[@]}"

for family in "${families[@]}"; do
  for kind in laws sessions; do
    [[ $family-$kind != fault-laws ]] || continue
    cmake --build "$WORK/refmm" --target "fuzz_${family}_$kind"
    program=$WORK/refmm/bin/fuzz_${family}_$kind
    seeds=$WORK/seeds/$family-$kind
    (cd "$seeds" && find . -type f | cmake -E tar cf "$seeds.zip" --format=zip --files-from=/dev/stdin)
    # One program by many names: it has the target that it is called by.
    install "$program" "$OUT/fuzz_${family}_$kind"
    while read -r target _; do
      ln -f "$OUT/fuzz_${family}_$kind" "$OUT/$target"
      cp "$seeds.zip" "$OUT/${target}_seed_corpus.zip"
      if [[ $kind == laws ]]; then
        cp "$seeds.dict" "$OUT/$target.dict"
        printf '[libfuzzer]\nmax_len = 512\nuse_value_profile = 1\n' >"$OUT/$target.options"
      else
        printf '[libfuzzer]\nmax_len = 65536\nlen_control = 0\n' >"$OUT/$target.options"
      fi
    done < <("$program" --list)
    rm "$OUT/fuzz_${family}_$kind"
  done
done
