#!/bin/sh
# Two roles: the owner migrates; the app's role cannot change or delete what is kept for ever, whatever the code does.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE pravila_app LOGIN PASSWORD :'app_password';
GRANT USAGE ON SCHEMA public TO pravila_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO pravila_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO pravila_app;
SQL
