#!/bin/bash
# A campaign as a job array of Slurm: part I of N is task I. FOLDER is one that all nodes see.
#
#   sbatch --array=1-64 tools/campaigns/slurm.sh FOLDER --area slab --time 60m --seed 1
#   refmm merge FOLDER/*.json              # when all have ended
#
#SBATCH --job-name=refmm
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --output=refmm-%A-%a.log
set -euo pipefail

folder=${1:?a folder that all nodes see}
shift
mkdir -p "$folder"
status=0
"${REFMM:-refmm}" check "$@" --jobs 1 --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --corpus "$folder/corpus" --json "$folder/$SLURM_ARRAY_TASK_ID.json" || status=$?
# A counterexample is no failure of the job: it stands in the JSON and in the corpus.
((status <= 1)) || exit "$status"
