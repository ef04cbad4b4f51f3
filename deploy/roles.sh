#!/bin/sh
# The first start of the database server: the application's role, which owns nothing. The password comes from the
# environment and reaches SQL as a quoted variable.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$RETAIL_APP_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE retail_app LOGIN PASSWORD :'password';
SQL
