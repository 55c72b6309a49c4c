# What backup.sh and restore.sh share: both read it. It turns the program's settings into what
# PostgreSQL's tools and rclone take. Secrets go by the environment, so none is in a process list.

: "${DGX_MUSIC_DATABASE_URL:?the PostgreSQL of the cluster: postgresql://name:password@host/database}"
: "${DGX_MUSIC_STORAGE:?the bucket of the cluster: s3://bucket/prefix}"

connection=$(python3 "$(dirname "${BASH_SOURCE[0]}")/connection.py")
unset PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE  # of another database, perhaps
eval "$connection"  # $database, for --dbname, and PGPASSWORD

# A remote of rclone by the name of "music", with boto3's own variables.
export RCLONE_CONFIG=/dev/null
export RCLONE_CONFIG_MUSIC_TYPE=s3
export RCLONE_CONFIG_MUSIC_PROVIDER=Other
export RCLONE_CONFIG_MUSIC_ENV_AUTH=true
export RCLONE_CONFIG_MUSIC_REGION=${AWS_REGION:-us-east-1}
export RCLONE_CONFIG_MUSIC_NO_CHECK_BUCKET=true
endpoint=${DGX_MUSIC_STORAGE_ENDPOINT:-${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}}
if [[ -n $endpoint ]]; then export RCLONE_CONFIG_MUSIC_ENDPOINT=$endpoint; fi
# Both know a certificate bundle of a house's own, by another name.
if [[ -n ${AWS_CA_BUNDLE:-} ]]; then
    export RCLONE_CA_CERT=$AWS_CA_BUNDLE
    unset AWS_CA_BUNDLE
fi
audio=music:${DGX_MUSIC_STORAGE#s3://}
