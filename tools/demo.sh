#!/usr/bin/env bash
# demo.sh PROGRAM: fetches the primary pair of vLLM and vllm-ascend and reports on GLM-4.7; without an index, on the sample trees.
# The report is printed, and left in out/ as Markdown (Chinese and English) and as JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-build/release/fusescout}
release=0.17.0rc1
complaint=$(mktemp)
trap 'rm -f "$complaint"' EXIT
if "$program" fetch "$release" 2>"$complaint"; then
  name=glm-4.7
  model=(GLM-4.7 --tp 8 --release "$release")
else
  echo "demo: the sample trees instead of GLM-4.7, as $release could not be fetched: $(sed 's/^fusescout: error: //' "$complaint")" >&2
  name=tiny-moe
  model=(TinyMoeForCausalLM --config sample/configs/tiny_moe
         --vllm sample/vllm --ascend sample/vllm_ascend --transformers sample/transformers)
fi
mkdir -p out
report=("$program" analyze "${model[@]}")
"${report[@]}" --lang zh -o "out/$name.md"
"${report[@]}" --lang en -o "out/$name.en.md" 2>/dev/null     # the diagnostics are the same, and in the report as well
"${report[@]}" --format json -o "out/$name.json" 2>/dev/null
cat "out/$name.md"
echo "demo: the report is in out/$name.md (English: out/$name.en.md, JSON: out/$name.json)" >&2
