#!/bin/sh
# Runs once, when the database's volume is empty: the role that owns Interlock's database, which is no superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres --set=password="$POSTGRES_OWNER_PASSWORD" <<-'SQL'
	create role interlock_owner login createrole password :'password';
	create database interlock owner interlock_owner;
SQL
