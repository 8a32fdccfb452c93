
--
-- versions: all versions of a row
--

CREATE FUNCTION arch_parts.version_chain(rel regclass, tid tid,
	OUT version integer, OUT at tid, OUT kind text, OUT entered boolean, OUT state text,
	OUT visible boolean, OUT t_xmin xid, OUT t_xmax xid, OUT hot_updated boolean,
	OUT next tid, OUT fate text)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000 ROWS 5
AS 'MODULE_PATHNAME', 'ai_version_chain';

COMMENT ON FUNCTION arch_parts.version_chain(regclass, tid) IS
'part of arch_inspect.version_chain(): the chain alone, without the columns''
values and the entries of indexes';
REVOKE ALL ON FUNCTION arch_parts.version_chain(regclass, tid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.version_chain(regclass, tid) TO PUBLIC;

CREATE FUNCTION arch_inspect.version_chain(rel regclass, tid tid,
	OUT version integer, OUT at tid, OUT kind text, OUT entered boolean, OUT state text,
	OUT visible boolean, OUT t_xmin xid, OUT t_xmax xid, OUT hot_updated boolean,
	OUT next tid, OUT index_entries text[], OUT fate text, OUT "values" text)
RETURNS SETOF record
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 5
BEGIN ATOMIC
	WITH chain AS MATERIALIZED (
		SELECT * FROM arch_parts.version_chain(rel, tid)
	), entries AS MATERIALIZED (
		SELECT e.tid, pg_catalog.array_agg(
			   i.relname || CASE WHEN e.killed > 0 THEN pg_catalog.format(' (%s, of which %s killed)', e.entries, e.killed)
								 WHEN e.entries > 1 THEN pg_catalog.format(' (%s)', e.entries) ELSE '' END ORDER BY e.idx) AS entries
		  FROM (SELECT r.tid, r.idx, count(*) AS entries, count(*) FILTER (WHERE r.dead) AS killed
				  FROM arch_parts.index_of_rows(rel, (SELECT pg_catalog.array_agg(c.at) FROM chain AS c)) AS r
				 WHERE r.points_at = 'version'
				 GROUP BY r.tid, r.idx) AS e
		  JOIN pg_catalog.pg_class AS i ON i.oid = e.idx
		 GROUP BY e.tid
	)
	SELECT c.version, c.at, c.kind, c.entered, c.state, c.visible, c.t_xmin, c.t_xmax,
		   c.hot_updated, c.next,
		   COALESCE((SELECT e.entries FROM entries AS e WHERE e.tid = c.at), '{}'), c.fate,
		   (SELECT CASE WHEN pg_catalog.bool_or(a.value IS NOT NULL) THEN
						pg_catalog.string_agg(a.attname || '=' || COALESCE(a.value, 'null'), ', ' ORDER BY a.attnum) END
			  FROM arch_inspect.tuple_attributes(rel, c.at) AS a
			 WHERE a.attnum IS NOT NULL AND a.storage <> 'dropped'
			   AND c.state IS NOT NULL) AS "values"
	  FROM chain AS c
	 ORDER BY c.version;
END;

COMMENT ON FUNCTION arch_inspect.version_chain(regclass, tid) IS
'All versions of a row, oldest first.
Of the row that the line pointer tid belongs to, oldest first, wherever one
enters the chain. kind: ''redirect'' (a line pointer that stands for the first
version still there), ''version'' (index entries point to it), ''heap-only
version'' (made by a HOT update, none do) or ''gone'' (a line pointer without
a version). entered: it is the one asked for. state, visible: as in
heap_visibility(). hot_updated: replaced by a heap-only version, by a
transaction that has not rolled back. next: where the next version of the
chain is, a rolled back one too; NULL of the last. index_entries: the indexes
that point to it, with the number of entries where it is not one, and how many
of them are killed; one of GIN has an entry for each key of the row, and a
BRIN index none, since it knows ranges of blocks only. Indexes of access
methods that extensions bring are not looked into. fate: whether pruning or
VACUUM may remove it now, or what forbids it. values: its columns; NULL for
who may not see values. Entries are looked for as index_of_row() does it, by
the row''s own key where that can be; and where the row was moved between
pages, the table is read once. Needs SELECT on the whole table and
no row-level security, or pg_stat_scan_tables; values: the table''s owner or
pg_read_all_data. Errors: not a table, block out of range. Makes visible:
heapam.c (heap_update), pruneheap.c';
REVOKE ALL ON FUNCTION arch_inspect.version_chain(regclass, tid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.version_chain(regclass, tid) TO PUBLIC;
