#!/usr/bin/env bash
# Keeps the rows and the audio of a running cluster: backup.sh FOLDER [DAYS]
#
# What is new in the bucket is copied after the rows, as of one moment: an object is there before its
# row tells of it, so each row has its audio. What the bucket has removed goes aside before, and stays
# DAYS (14) longer; so do dumps.
set -euo pipefail
. "$(dirname "$0")/settings.sh"

folder=${1:?where to keep it}
days=${2:-14}
umask 077
mkdir -p "$folder/rows" "$folder/audio"

now=$(date -u +%Y-%m-%dT%H-%M-%S-%NZ)  # to the nanosecond: one of the same second is another
music=(--immutable --size-only --fast-list --stats-one-line --include '/music/**' --include '/uploads/**')
rclone sync "${music[@]}" --backup-dir "$folder/gone/$now" "$audio" "$folder/audio"

part=$folder/rows/.$now.part
trap 'rm -f "$part"' EXIT
pg_dump --format=custom --no-owner --no-privileges --file="$part" --dbname="$database"
sync "$part"

# Written once, never over each other: what is there already is the same.
rclone copy "${music[@]}" "$audio" "$folder/audio"

# Only now is it a backup: the name says that its audio is here too.
mv "$part" "$folder/rows/$now.dump"
find "$folder/rows" -name '*.dump' -mtime "+$days" -delete
if [[ -d $folder/gone ]]; then
    find "$folder/gone" -mindepth 1 -maxdepth 1 -mtime "+$days" -exec rm -r {} +
fi
echo "$folder/rows/$now.dump"
