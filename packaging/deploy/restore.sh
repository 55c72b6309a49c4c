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

tables=$(psql -XAtc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [[ $tables != 0 ]]; then
    echo "The database $PGDATABASE is not empty. Make a new one (createdb), and restore into that." >&2
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
pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$PGDATABASE" "$dump"
# Numbers of the old server's transactions mean nothing on this one: no row is news.
psql -X --quiet --dbname="$PGDATABASE" --command='UPDATE jobs SET changed = 0'
# Uploads that came after the dump are not taken for this library's leftovers.
psql -X --quiet --dbname="$PGDATABASE" --command="DELETE FROM settings WHERE name = 'secret: library'"
echo "Restored $dump."
