#!/bin/sh
# Run by the image of Postgres when it makes a new database: the user and the database that Viva's URL names.
# The user owns that database and may do nothing beyond it.
set -eu

url=$(cat "${DATABASE_URL_FILE:-/run/secrets/viva_database_url}")
place=${url##*/}
login=${url#*://}
login=${login%%@*}

psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set user="${login%%:*}" --set password="${login#*:}" --set database="${place%%\?*}" <<'SQL'
CREATE ROLE :"user" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"user";
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
SQL
