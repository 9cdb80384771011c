#!/bin/sh
# Run by the image when the volume is empty: roles and databases.
set -eu
secrets=${SECRETS:-/run/secrets}
role() {
  psql -v ON_ERROR_STOP=1 -U postgres -d postgres -v name="$1" \
    -v password="$(cat "$secrets/$2_password")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
SQL
}
database() {
  psql -v ON_ERROR_STOP=1 -U postgres -d postgres -v name="$1" -v owner="$2" <<'SQL'
CREATE DATABASE :"name" OWNER :"owner" TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}
role bihuan_owner bihuan_owner
role bihuan_app bihuan_app
role bihuan_prefect prefect
role temporal temporal
database bihuan bihuan_owner
database prefect bihuan_prefect
database temporal temporal
database temporal_visibility temporal
psql -v ON_ERROR_STOP=1 -U postgres -d bihuan <<'SQL'
GRANT CONNECT ON DATABASE bihuan TO bihuan_app;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
SQL
psql -v ON_ERROR_STOP=1 -U postgres -d prefect -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm'
psql -v ON_ERROR_STOP=1 -U postgres -d temporal_visibility -c 'CREATE EXTENSION IF NOT EXISTS btree_gin'
