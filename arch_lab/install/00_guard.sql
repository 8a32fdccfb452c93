/* arch_lab/install/: the install script is these files in name order */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION arch_lab" to load this file. \quit

--
-- Every name below is qualified or found in pg_catalog, and nowhere else:
-- CREATE EXTENSION would look into the schemas of the required extensions too,
-- where others may have put a function or an operator whose argument types fit
-- better.  SET LOCAL ends with the script.
--
SET LOCAL search_path = pg_catalog, pg_temp;

