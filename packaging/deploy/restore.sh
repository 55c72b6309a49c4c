#!/usr/bin/env bash
# Brings a backup back into an empty database and a bucket: restore.sh FOLDER [DUMP]
#
# The audio first, then the rows, and only then the program: no row may tell of audio that is not
# there yet. DUMP is a file of FOLDER/rows; by itself the newest. Jobs that ran at the time of the
# backup run again, as after a power cut.
set -euo pipefail
. "$(dirname "$0")/settings.sh"

folder=${1:?where the backup is}
dump=${2:-$(ls -1 "$folder"/rows/*.dump | tail -n 1)}

tables=$(psql -XAt --dbname="$database" --command="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [[ $tables != 0 ]]; then
    echo "The database of DGX_MUSIC_DATABASE_URL is not empty. Make a new one (createdb), and restore into that." >&2
    exit 1
fi
copy=(rclone copy --immutable --size-only --stats-one-line)
"${copy[@]}" "$folder/audio" "$audio"
# What went from the bucket since this dump was made is still needed by its rows.
for gone in "$folder"/gone/*; do
    if [[ -d $gone && ${gone##*/} > $(basename "$dump" .dump) ]]; then
        "${copy[@]}" "$gone" "$audio"
    fi
done
script=$(mktemp)  # only its owner can read it
trap 'rm -f "$script"' EXIT
pg_restore --no-owner --no-privileges --file="$script" "$dump"
# All or nothing. Numbers of the old server's transactions mean nothing on this one, so no row is news;
# and uploads that came after the dump are not taken for this library's leftovers.
psql -X --quiet --output=/dev/null --set=ON_ERROR_STOP=1 --single-transaction --dbname="$database" \
    --file="$script" \
    --command='UPDATE public.jobs SET changed = 0' \
    --command="DELETE FROM public.settings WHERE name = 'secret: library'"
echo "Restored $dump."
