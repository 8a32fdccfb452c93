--
-- Resources: what the database, its catalogs and shared memory take.
--
CREATE FUNCTION arch_parts.relation_bytes(relation oid)
RETURNS bigint
LANGUAGE c VOLATILE STRICT PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'ai_relation_bytes';
COMMENT ON FUNCTION arch_parts.relation_bytes(oid) IS
'The bytes of all files (forks and segments) of one relation, without its
indexes and TOAST table. Takes no lock, unlike pg_relation_size(), so it never
waits for an ALTER TABLE. Null for what has no files (a view, a partitioned
table) or does not exist. For everybody, as pg_relation_size() is.';

CREATE FUNCTION arch_parts.shared_buffers_use(
	OUT buffers bigint,
	OUT used bigint,
	OUT dirty bigint,
	OUT pinned bigint,
	OUT this_database bigint,
	OUT shared_catalogs bigint)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL SAFE ROWS 1 COST 1000
AS 'MODULE_PATHNAME', 'ai_shared_buffers_use';
COMMENT ON FUNCTION arch_parts.shared_buffers_use() IS
'How many of the shared buffers exist, hold a page, hold a changed page, are
pinned, and hold pages of this database or of the catalogs that all databases
share (buf_internals.h). No lock is taken: the sums are of a moment, smeared
over the scan. One row; for everybody.';

CREATE VIEW arch_inspect.resources AS
WITH relations AS MATERIALIZED (
	SELECT c.oid, c.relname, c.relkind, c.relnamespace, c.relpersistence,
		   c.oid < 16384 AS is_catalog, c.reltoastrelid,
		   arch_parts.relation_bytes(c.oid) AS bytes
	  FROM pg_catalog.pg_class AS c
	 WHERE c.relkind IN ('r', 'i', 't', 'm', 'S')
), buffers AS MATERIALIZED (
	SELECT b.*, pg_catalog.current_setting('block_size')::bigint AS size
	  FROM arch_parts.shared_buffers_use() AS b
), owners AS MATERIALIZED (
	-- each file counted to the table it serves
	SELECT r.oid,
		   COALESCE(indexed_toast.oid, indexed.indrelid, toasted.oid, r.oid) AS owner,
		   r.bytes
	  FROM relations AS r
	  LEFT JOIN pg_catalog.pg_index AS indexed ON indexed.indexrelid = r.oid
	  LEFT JOIN relations AS toasted ON r.relkind = 't' AND toasted.reltoastrelid = r.oid
	  LEFT JOIN relations AS indexed_toast ON indexed_toast.reltoastrelid = indexed.indrelid
	 WHERE NOT r.is_catalog
), biggest AS MATERIALIZED (
	SELECT c.oid, pg_catalog.sum(o.bytes)::bigint AS bytes,
		   pg_catalog.row_number() OVER (ORDER BY pg_catalog.sum(o.bytes) DESC NULLS LAST, c.oid) AS place
	  FROM owners AS o
	  JOIN relations AS c ON c.oid = o.owner
	 GROUP BY c.oid
	 ORDER BY 2 DESC NULLS LAST, 1
	 LIMIT 5
), items (place, resource, bytes, note) AS (
	SELECT 1, 'database_size',
		   CASE WHEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CONNECT')
				  OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
				THEN pg_catalog.pg_database_size(pg_catalog.current_database()) END,
		   'all files of this database; null without the right to connect to it'
	UNION ALL
	SELECT 2, 'catalog_size', pg_catalog.sum(bytes)::bigint,
		   pg_catalog.format('the %s system catalogs with their indexes and TOAST tables; those that all databases share lie outside database_size',
							 pg_catalog.count(*) FILTER (WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::pg_catalog.regnamespace))
	  FROM relations WHERE is_catalog
	UNION ALL
	SELECT 3, 'pg_class_size', pg_catalog.sum(bytes)::bigint,
		   'one of those catalogs, with its indexes'
	  FROM relations
	 WHERE oid = 'pg_catalog.pg_class'::pg_catalog.regclass
		OR oid IN (SELECT indexrelid FROM pg_catalog.pg_index
					WHERE indrelid = 'pg_catalog.pg_class'::pg_catalog.regclass)
	UNION ALL
	SELECT 4, 'user_tables_size', COALESCE(pg_catalog.sum(bytes) FILTER (WHERE relkind IN ('r', 'm')), 0)::bigint,
		   pg_catalog.format('%s tables and materialized views, without indexes and TOAST tables', pg_catalog.count(*) FILTER (WHERE relkind IN ('r', 'm')))
	  FROM relations WHERE NOT is_catalog
	UNION ALL
	SELECT 5, 'user_indexes_size', COALESCE(pg_catalog.sum(bytes) FILTER (WHERE relkind = 'i'), 0)::bigint,
		   pg_catalog.format('%s indexes, those of TOAST tables included', pg_catalog.count(*) FILTER (WHERE relkind = 'i'))
	  FROM relations WHERE NOT is_catalog
	UNION ALL
	SELECT 6, 'user_toast_size', COALESCE(pg_catalog.sum(bytes) FILTER (WHERE relkind = 't'), 0)::bigint,
		   pg_catalog.format('%s TOAST tables, without their indexes', pg_catalog.count(*) FILTER (WHERE relkind = 't'))
	  FROM relations WHERE NOT is_catalog
	UNION ALL
	SELECT 10 + place::integer, 'biggest_' || place, bytes,
		   pg_catalog.format('%s with its indexes and TOAST table', oid::pg_catalog.regclass)
	  FROM biggest
	UNION ALL
	SELECT 20, 'shared_buffers', buffers * size,
		   'a setting: the memory set aside for pages, used or not'
	  FROM buffers
	UNION ALL
	SELECT 21, 'shared_buffers_used', used * size,
		   pg_catalog.format('%s of %s buffers hold a page (%s %%)', used, buffers,
							 pg_catalog.round(100.0 * used / buffers, 1))
	  FROM buffers
	UNION ALL
	SELECT 22, 'shared_buffers_dirty', dirty * size,
		   pg_catalog.format('%s buffers were changed and not yet written', dirty)
	  FROM buffers
	UNION ALL
	SELECT 23, 'shared_buffers_this_database', this_database * size,
		   pg_catalog.format('%s buffers hold pages of this database, %s pages of shared catalogs',
							 this_database, shared_catalogs)
	  FROM buffers
	UNION ALL
	SELECT 24, 'shared_memory', pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_memory_size')),
		   'the whole main shared memory segment, shared_buffers included'
	UNION ALL
	SELECT 30, 'cache_hits',
		   NULL,
		   CASE WHEN s.fetched = 0 THEN 'no page was asked for yet'
				ELSE pg_catalog.format('%s %% of %s page requests of this database found the page in shared_buffers (a miss may still be served by the operating system''s cache)',
									   pg_catalog.round(100.0 * s.hit / s.fetched, 2), s.fetched) END
	  FROM (SELECT pg_catalog.pg_stat_get_db_blocks_hit(d.oid) AS hit,
				   pg_catalog.pg_stat_get_db_blocks_fetched(d.oid) AS fetched
			  FROM pg_catalog.pg_database AS d
			 WHERE d.datname = pg_catalog.current_database()) AS s
	UNION ALL
	SELECT 31, 'temporary_files', pg_catalog.pg_stat_get_db_temp_bytes(d.oid),
		   pg_catalog.format('written by %s temporary files of this database since its statistics began: work that did not fit into work_mem (%s)',
							 pg_catalog.pg_stat_get_db_temp_files(d.oid), pg_catalog.current_setting('work_mem'))
	  FROM pg_catalog.pg_database AS d
	 WHERE d.datname = pg_catalog.current_database()
)
SELECT resource, pg_catalog.pg_size_pretty(bytes) AS size, bytes, note
  FROM items ORDER BY place;
COMMENT ON VIEW arch_inspect.resources IS
'What this database and its server take, in bytes.
What this database and its server take: disk (database, catalogs, user tables,
indexes, TOAST, the five biggest tables), shared_buffers and what it holds,
hit rate and temporary files. For everybody; takes no lock on any of the
relations it measures (see relation_bytes()). bytes and size are null where
the line is not an amount of bytes, or (database_size) where the caller may
not know it. Relations without files (views, partitioned tables) and other
sessions'' temporary tables as they lie on disk are what pg_class lists.';

REVOKE ALL ON FUNCTION arch_parts.relation_bytes(oid), arch_parts.shared_buffers_use() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.relation_bytes(oid), arch_parts.shared_buffers_use() TO PUBLIC;
REVOKE ALL ON arch_inspect.resources FROM PUBLIC;
GRANT SELECT ON arch_inspect.resources TO PUBLIC;
