#!/bin/sh
# Make all keys and passwords of an installation, once.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
if [ -e "$folder" ]; then
  # A new key in the place of a lost one would leave everything written before unreadable.
  echo "$folder is there already: nothing was changed" >&2
  exit 1
fi
mkdir -p "$folder"
random() { od -An -v -tx1 -N24 /dev/urandom | tr -d ' \n'; }
for name in service link manifest; do
  head -c 32 /dev/urandom > "$folder/$name.key"
done
for role in postgres bihuan_owner bihuan_app prefect temporal; do
  random > "$folder/${role}_password"
done
url() { printf '%s://%s:%s@postgres:5432/%s' "$1" "$2" "$(cat "$folder/$3_password")" "$4"; }
url postgresql+psycopg bihuan_app bihuan_app bihuan > "$folder/bihuan_database_url"
url postgresql+psycopg bihuan_owner bihuan_owner bihuan > "$folder/bihuan_owner_database_url"
url postgresql+asyncpg bihuan_prefect prefect prefect > "$folder/prefect_database_url"
# Each container has a user of its own and sees its own files only; on this machine nobody but the
# owner of the folder gets to them.
chmod 0444 "$folder"/*
echo "made $folder; keep a copy of it apart from the backups of the database"
