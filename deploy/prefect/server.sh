#!/bin/sh
# The server takes the address of its database from the environment only.
set -eu
PREFECT_API_DATABASE_CONNECTION_URL=$(cat /run/secrets/prefect_database_url)
export PREFECT_API_DATABASE_CONNECTION_URL
exec prefect server start --host 0.0.0.0 --port 4200
