--
-- arch_inspect: extensions
--
CREATE ROLE regress_extension_student;
SET ROLE regress_extension_student;
SELECT name, installed_version = default_version AS newest, trusted, superuser, relocatable,
	   schema, requires, update_path
  FROM arch_inspect.extensions
 WHERE name IN ('arch_inspect', 'math_utils', 'pgcrypto', 'plpgsql') ORDER BY name;
SELECT name, installed_version, requires FROM arch_inspect.extensions
 WHERE name IN ('earthdistance', 'hstore_plperl') AND installed_version IS NULL ORDER BY name;
-- the lesson's query sees the same
SELECT count(*) AS different
  FROM (SELECT name, default_version, installed_version, comment FROM pg_available_extensions
		EXCEPT
		SELECT name, default_version, installed_version, comment FROM arch_inspect.extensions) AS d;
RESET ROLE;
-- what hangs on it, and the way to a newer version
CREATE SCHEMA regress_extensions;
CREATE EXTENSION cube SCHEMA regress_extensions VERSION '1.4';
CREATE EXTENSION earthdistance SCHEMA regress_extensions VERSION '1.1';
SELECT name, schema, installed_version, requires, required_by,
	   name = 'cube' AND update_path LIKE '1.%--1.%' AS updatable, owner = current_user AS ours
  FROM arch_inspect.extensions WHERE name IN ('cube', 'earthdistance') ORDER BY name;
DROP EXTENSION earthdistance, cube;
DROP SCHEMA regress_extensions;
DROP ROLE regress_extension_student;
--
-- what they are made of
--
CREATE ROLE regress_extension_student;
CREATE ROLE regress_extension_reader;
GRANT pg_read_all_settings TO regress_extension_reader;
CREATE SCHEMA regress_extensions;
CREATE EXTENSION bloom SCHEMA regress_extensions;
CREATE EXTENSION file_fdw SCHEMA regress_extensions;
CREATE EXTENSION dict_int SCHEMA regress_extensions;
CREATE EXTENSION hstore SCHEMA regress_extensions;
CREATE EXTENSION pg_buffercache SCHEMA regress_extensions;
SET ROLE regress_extension_student;
SELECT kind, power, count(*) > 0 AS some, min(object COLLATE "C") AS first
  FROM arch_inspect.extension_objects('hstore')
 WHERE kind NOT LIKE 'function%' AND kind NOT LIKE 'operator%' GROUP BY kind, power ORDER BY kind COLLATE "C";
SELECT kind, object, power FROM arch_inspect.extension_objects('bloom') WHERE kind <> 'operator family' ORDER BY kind COLLATE "C", object COLLATE "C";
SELECT kind, object, power FROM arch_inspect.extension_objects('file_fdw');
SELECT kind, object, power FROM arch_inspect.extension_objects('dict_int') WHERE kind LIKE 'text search%';
SELECT kind, object FROM arch_inspect.extension_objects('plpgsql') WHERE kind NOT LIKE 'function%' AND kind <> 'setting';
SELECT * FROM arch_inspect.extension_objects('regress_no_such');	-- fail
SELECT count(*) FROM arch_inspect.extension_objects(NULL);
-- as many as the catalogs have, but for array and row types
SELECT x.extname, count(m.object) AS objects FROM pg_extension AS x
  LEFT JOIN arch_parts.extension_members() AS m ON m.extension = x.oid
 WHERE x.extname IN ('bloom', 'dict_int', 'file_fdw') GROUP BY 1 ORDER BY 1;
-- which extension uses which power, the lesson's four first
SELECT power, in_lesson, bool_or(extension IS NOT NULL) AS used
  FROM arch_inspect.extension_powers GROUP BY power, in_lesson
HAVING power IN ('data types', 'operators', 'index access methods', 'foreign data wrappers', 'operator classes',
				 'casts', 'text search', 'functions in C', 'procedural languages', 'tables and views', 'table access methods')
 ORDER BY in_lesson DESC, power;
SELECT extension, example FROM arch_inspect.extension_powers WHERE power IN ('index access methods', 'foreign data wrappers') ORDER BY 1;
-- settings and a loaded library show once plpgsql has run
DO $$ BEGIN NULL; END $$;
SELECT loaded, libraries, 'plpgsql.variable_conflict' = ANY (settings) AS settings, preloaded
  FROM arch_inspect.extensions WHERE name = 'plpgsql';
SELECT kind, object FROM arch_inspect.extension_objects('plpgsql') WHERE object = 'plpgsql.variable_conflict';
SELECT arch_parts.library_loaded('$libdir/plpgsql') AS plpgsql, arch_parts.library_loaded('$libdir/arch_inspect') AS ours,
	   arch_parts.library_loaded('arch_inspect') AS ours_by_name, arch_parts.library_loaded('$libdir/regress_no_such') AS no_such,
	   arch_parts.library_loaded('') AS empty, arch_parts.library_loaded(repeat('x', 5000)) AS long, arch_parts.library_loaded(NULL);
-- what is preloaded is for readers of settings
SET ROLE regress_extension_reader;
SELECT preloaded FROM arch_inspect.extensions WHERE name = 'plpgsql';
RESET ROLE;
-- hooks: whose the outermost is
LOAD 'auto_explain';
SET ROLE regress_extension_student;
SELECT hook, held_by, what FROM arch_inspect.hooks() WHERE held_by = 'auto_explain' ORDER BY hook COLLATE "C";
RESET ROLE;
DROP EXTENSION bloom, file_fdw, dict_int, hstore, pg_buffercache;
DROP SCHEMA regress_extensions;
DROP ROLE regress_extension_student, regress_extension_reader;
