--
-- Extensions: what is there, what is installed, what hangs on what.
--
CREATE FUNCTION arch_parts.extension_oid(name name)
RETURNS oid
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ai_extension_oid';
COMMENT ON FUNCTION arch_parts.extension_oid(name) IS
'The OID of an extension installed in this database; an error (42704) where
there is none of that name. For everybody.';

CREATE FUNCTION arch_parts.library_loaded(library text)
RETURNS boolean
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED COST 100
AS 'MODULE_PATHNAME', 'ai_library_loaded';
COMMENT ON FUNCTION arch_parts.library_loaded(text) IS
'Is that library (as pg_proc.probin names it, like $libdir/pgcrypto) in the
memory of this session''s process? Asks the loader''s own list, by name; no
file is opened or looked at. NULL where the platform''s loader has no such
list. A session loads a library when it first calls a function of it, or at
its start when preloaded. For everybody.';

CREATE FUNCTION arch_parts.preload_libraries()
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ai_preload_libraries';
COMMENT ON FUNCTION arch_parts.preload_libraries() IS
'shared_preload_libraries and session_preload_libraries, separated by commas;
null for who may not read them (members of pg_read_all_settings may).';

CREATE FUNCTION arch_inspect.hooks(OUT hook text, OUT held_by text, OUT what text)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 30 COST 100
AS 'MODULE_PATHNAME', 'ai_hooks';
COMMENT ON FUNCTION arch_inspect.hooks() IS
'Which library holds each hook of the server.
The hooks of the server as this session''s process has them: which library
holds each (null: nobody). Of several libraries at one hook only the one that
came last is known. For everybody.';

CREATE VIEW arch_inspect.extensions AS
WITH libraries AS MATERIALIZED (
	SELECT d.refobjid AS extension, p.probin AS library
	  FROM pg_catalog.pg_proc AS p
	  JOIN pg_catalog.pg_depend AS d
		ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
	   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
	 WHERE p.probin IS NOT NULL
	 GROUP BY d.refobjid, p.probin
), custom AS MATERIALIZED (
	SELECT pg_catalog.split_part(s.name, '.', 1) AS prefix,
		   pg_catalog.array_agg(s.name ORDER BY s.name) AS names
	  FROM pg_catalog.pg_settings AS s
	 WHERE pg_catalog.strpos(s.name, '.') > 0
	 GROUP BY 1
), preload AS MATERIALIZED (
	SELECT pg_catalog.string_to_array(pg_catalog.translate(arch_parts.preload_libraries(), ' "', ''), ',') AS names
), versions AS MATERIALIZED (
	SELECT v.name, v.version, v.trusted, v.superuser, v.relocatable, v.schema, v.requires
	  FROM pg_catalog.pg_available_extension_versions AS v
)
SELECT a.name, a.default_version, a.installed_version, a.comment,
	   v.trusted, v.superuser, v.relocatable,
	   COALESCE(n.nspname, v.schema) AS schema,
	   v.requires,
	   ARRAY(SELECT de.extname
			   FROM pg_catalog.pg_depend AS d
			   JOIN pg_catalog.pg_extension AS de ON de.oid = d.objid
			  WHERE d.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass
				AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
				AND d.refobjid = e.oid
			  ORDER BY de.extname) AS required_by,
	   CASE WHEN a.installed_version <> a.default_version THEN
			COALESCE((SELECT p.path
						FROM pg_catalog.pg_extension_update_paths(a.name) AS p
					   WHERE p.source = a.installed_version
						 AND p.target = a.default_version), 'none')
	   END AS update_path,
	   pg_catalog.pg_get_userbyid(e.extowner) AS owner,
	   l.libraries,
	   (SELECT pg_catalog.bool_or(arch_parts.library_loaded(x)) FROM pg_catalog.unnest(l.libraries) AS x) AS loaded,
	   CASE WHEN preload.names IS NOT NULL THEN
			preload.names && (l.names || ARRAY[a.name::text, '$libdir/' || a.name]) END AS preloaded,
	   ARRAY(SELECT s FROM custom AS c, pg_catalog.unnest(c.names) AS s
			  WHERE c.prefix = a.name OR c.prefix = ANY (l.names) ORDER BY s) AS settings
  FROM pg_catalog.pg_available_extensions AS a
  CROSS JOIN preload
  LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = a.name
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
  LEFT JOIN versions AS v
		 ON v.name = a.name AND v.version = COALESCE(a.installed_version, a.default_version)
  LEFT JOIN LATERAL (
		SELECT pg_catalog.array_agg(i.library ORDER BY i.library) AS libraries,
			   pg_catalog.array_agg(pg_catalog.regexp_replace(i.library, '^.*/|\.so$', '', 'g')) AS names
		  FROM libraries AS i WHERE i.extension = e.oid) AS l ON true;
COMMENT ON VIEW arch_inspect.extensions IS
'Every extension that can be, or is, installed here.
Every extension that this server could install or has installed in this
database. For everybody. Null: installed_version, owner, libraries, loaded =
not installed here, or without a library; trusted and the like = the script of
the installed version is gone; schema = the installer chooses; update_path =
nothing to update; preloaded = the caller may not read that setting.';
COMMENT ON COLUMN arch_inspect.extensions.trusted IS 'may be installed without superuser rights, by whoever may CREATE in the database';
COMMENT ON COLUMN arch_inspect.extensions.requires IS 'extensions that must be there first (CREATE EXTENSION ... CASCADE brings them)';
COMMENT ON COLUMN arch_inspect.extensions.required_by IS 'extensions installed here that would go with it (DROP EXTENSION ... CASCADE)';
COMMENT ON COLUMN arch_inspect.extensions.update_path IS 'the versions that ALTER EXTENSION ... UPDATE passes through; "none" when there is no way';
COMMENT ON COLUMN arch_inspect.extensions.loaded IS 'is its library in the memory of this session?';
COMMENT ON COLUMN arch_inspect.extensions.preloaded IS 'is it in shared_preload_libraries or session_preload_libraries? An extension that must be, and is not, mostly says so when it is created or called';
COMMENT ON COLUMN arch_inspect.extensions.settings IS 'settings of its name: known only once the library is loaded, or where a configuration file names them';

CREATE FUNCTION arch_parts.extension_members()
RETURNS TABLE (extension oid, kind text, object text, power text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 500 COST 10000
BEGIN ATOMIC
	SELECT d.refobjid,
		   CASE
		   WHEN p.prokind = 'a' THEN 'aggregate'
		   WHEN p.prokind = 'p' THEN 'procedure (' || l.lanname || ')'
		   WHEN p.prokind = 'w' THEN 'window function (' || l.lanname || ')'
		   WHEN p.oid IS NOT NULL THEN 'function (' || l.lanname || ')'
		   WHEN m.amtype = 'i' THEN 'index access method'
		   WHEN m.amtype = 't' THEN 'table access method'
		   ELSE i.type END,
		   i.identity,
		   CASE
		   WHEN p.prokind = 'a' THEN 'aggregates'
		   WHEN l.lanname = 'c' THEN 'functions in C'
		   WHEN l.lanname = 'internal' THEN 'functions in C'
		   WHEN l.lanname = 'sql' THEN 'functions in SQL'
		   WHEN p.oid IS NOT NULL THEN 'functions in a procedural language'
		   WHEN m.amtype = 'i' THEN 'index access methods'
		   WHEN m.amtype = 't' THEN 'table access methods'
		   WHEN i.type IN ('type', 'domain') THEN 'data types'
		   WHEN i.type = 'operator' THEN 'operators'
		   WHEN i.type IN ('operator class', 'operator family') THEN 'operator classes'
		   WHEN i.type IN ('foreign-data wrapper', 'server', 'foreign table') THEN 'foreign data wrappers'
		   WHEN i.type IN ('language', 'transform') THEN 'procedural languages'
		   WHEN i.type = 'cast' THEN 'casts'
		   WHEN i.type LIKE 'text search%' THEN 'text search'
		   WHEN i.type IN ('collation', 'conversion') THEN 'collations and conversions'
		   WHEN i.type = 'event trigger' THEN 'event triggers'
		   WHEN i.type IN ('table', 'view', 'materialized view', 'sequence', 'index', 'foreign table') THEN 'tables and views'
		   ELSE 'other objects' END
	  FROM pg_catalog.pg_depend AS d
	  CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS i
	  LEFT JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid
	  LEFT JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
	  LEFT JOIN pg_catalog.pg_am AS m ON d.classid = 'pg_catalog.pg_am'::pg_catalog.regclass AND m.oid = d.objid
	  LEFT JOIN pg_catalog.pg_type AS t ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.objid
	 WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
	   -- an array type, or the row type of a table, is no type of its own
	   AND (t.oid IS NULL OR (t.typtype IN ('b', 'd', 'e', 'r', 'm') AND NOT (t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A'))
			OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')));
END;
COMMENT ON FUNCTION arch_parts.extension_members() IS
'The objects of every extension installed in this database: the OID of the
extension, the kind of the object, its identity as pg_identify_object() gives
it, and the power of the platform it uses. For everybody.';

CREATE FUNCTION arch_inspect.extension_objects(name name)
RETURNS TABLE (kind text, object text, power text)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED ROWS 100 COST 10000
BEGIN ATOMIC
	WITH e AS MATERIALIZED (
		SELECT arch_parts.extension_oid(extension_objects.name) AS oid
	), libraries AS (
		SELECT DISTINCT pg_catalog.regexp_replace(p.probin, '^.*/|\.so$', '', 'g') AS library
		  FROM e
		  JOIN pg_catalog.pg_depend AS d
			ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
		   AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
		  JOIN pg_catalog.pg_proc AS p ON p.oid = d.objid
		 WHERE p.probin IS NOT NULL
	), all_of_it AS (
		SELECT m.kind, m.object, m.power
		  FROM e JOIN arch_parts.extension_members() AS m ON m.extension = e.oid
		UNION ALL
		SELECT 'hook', h.hook, 'hooks'
		  FROM arch_inspect.hooks() AS h JOIN libraries AS l ON l.library = h.held_by
		UNION ALL
		SELECT 'setting', s.name, 'settings'
		  FROM pg_catalog.pg_settings AS s
		 WHERE pg_catalog.strpos(s.name, '.') > 0
		   AND (pg_catalog.split_part(s.name, '.', 1) = extension_objects.name
				OR pg_catalog.split_part(s.name, '.', 1) IN (SELECT l.library FROM libraries AS l))
	)
	SELECT o.kind, o.object, o.power FROM all_of_it AS o
	 ORDER BY o.kind COLLATE "C", o.object COLLATE "C";
END;
COMMENT ON FUNCTION arch_inspect.extension_objects(name) IS
'What an installed extension is made of.
Its objects in the catalogs, and, where its library is loaded in this session,
the hooks it holds and its settings. An error (42704) for an extension that is
not installed. Background workers, output plugins and callbacks leave no trace
that could be read. For everybody.';

CREATE VIEW arch_inspect.extension_powers AS
WITH powers (place, power, in_lesson, what) AS (
	VALUES (1, 'data types', true, 'types with their own storage, input and output'),
		   (2, 'operators', true, 'symbols for functions, with selectivity and commutators'),
		   (3, 'index access methods', true, 'new kinds of index'),
		   (4, 'foreign data wrappers', true, 'tables that lie elsewhere'),
		   (5, 'operator classes', false, 'let existing kinds of index serve a type'),
		   (6, 'table access methods', false, 'new ways to store tables'),
		   (7, 'functions in C', false, 'code that runs inside the server''s processes'),
		   (8, 'functions in SQL', false, 'code the planner may inline'),
		   (9, 'functions in a procedural language', false, 'code in PL/pgSQL and others'),
		   (10, 'aggregates', false, 'with states, moving windows and parallel combination'),
		   (11, 'procedural languages', false, 'new languages for functions, and transforms of types for them'),
		   (12, 'casts', false, 'conversions between types'),
		   (13, 'collations and conversions', false, 'orders and encodings of text'),
		   (14, 'text search', false, 'parsers, dictionaries and configurations'),
		   (15, 'event triggers', false, 'code at changes of the schema'),
		   (16, 'tables and views', false, 'relations of its own'),
		   (17, 'settings', false, 'parameters beside the server''s own'),
		   (18, 'hooks', false, 'places where the server calls a library: planner, executor, commands, log'),
		   (19, 'other objects', false, 'schemas and whatever else belongs to it')
), used AS MATERIALIZED (
	SELECT e.extname AS extension, m.power, pg_catalog.count(*) AS objects, pg_catalog.min(m.object) AS example
	  FROM arch_parts.extension_members() AS m
	  JOIN pg_catalog.pg_extension AS e ON e.oid = m.extension
	 GROUP BY e.extname, m.power
	UNION ALL
	SELECT x.name, 'settings', pg_catalog.cardinality(x.settings), x.settings[1]
	  FROM arch_inspect.extensions AS x
	 WHERE x.installed_version IS NOT NULL AND x.settings <> '{}'
	UNION ALL
	SELECT x.name, 'hooks', pg_catalog.count(*), pg_catalog.min(h.hook)
	  FROM arch_inspect.extensions AS x
	  JOIN arch_inspect.hooks() AS h
		ON h.held_by IN (SELECT pg_catalog.regexp_replace(l, '^.*/|\.so$', '', 'g') FROM pg_catalog.unnest(x.libraries) AS l)
	 WHERE x.installed_version IS NOT NULL
	 GROUP BY x.name
)
SELECT p.power, p.in_lesson, u.extension, u.objects, u.example, p.what
  FROM powers AS p LEFT JOIN used AS u ON u.power = p.power
 ORDER BY p.place, u.extension;
COMMENT ON VIEW arch_inspect.extension_powers IS
'The powers of the platform, and who uses each.
The powers of the platform and the extensions of this database that use each,
with the number of objects and one of them; extension is null where none does.
in_lesson marks the four that introductions mention. Hooks and settings as in
extension_objects(). For everybody.';

REVOKE ALL ON FUNCTION arch_parts.extension_oid(name), arch_parts.library_loaded(text),
	arch_parts.preload_libraries(), arch_inspect.hooks(), arch_parts.extension_members(),
	arch_inspect.extension_objects(name) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.extension_oid(name), arch_parts.library_loaded(text),
	arch_parts.preload_libraries(), arch_inspect.hooks(), arch_parts.extension_members(),
	arch_inspect.extension_objects(name) TO PUBLIC;
REVOKE ALL ON arch_inspect.extensions, arch_inspect.extension_powers FROM PUBLIC;
GRANT SELECT ON arch_inspect.extensions, arch_inspect.extension_powers TO PUBLIC;
