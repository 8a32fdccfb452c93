--
-- Indexes: the entries of a row
--
CREATE FUNCTION arch_parts.index_of_rows(rel regclass, tids tid[],
	OUT tid tid, OUT idx regclass, OUT blkno bigint, OUT itemoffset integer, OUT kind text,
	OUT dead boolean, OUT points_at text, OUT found_by text, OUT problem text)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 5
AS 'MODULE_PATHNAME', 'ai_index_of_rows';

COMMENT ON FUNCTION arch_parts.index_of_rows(regclass, tid[]) IS
'part of arch_inspect.index_of_row() and version_chain(): the same of several
line pointers, tid, in one look at each index; at most 10000 of them';
REVOKE ALL ON FUNCTION arch_parts.index_of_rows(regclass, tid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.index_of_rows(regclass, tid[]) TO PUBLIC;

CREATE FUNCTION arch_inspect.index_of_row(rel regclass, tid tid,
	OUT idx regclass, OUT blkno bigint, OUT itemoffset integer, OUT kind text,
	OUT dead boolean, OUT points_at text, OUT found_by text, OUT problem text)
RETURNS SETOF record
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 5
BEGIN ATOMIC
	SELECT e.idx, e.blkno, e.itemoffset, e.kind, e.dead, e.points_at, e.found_by, e.problem
	  FROM arch_parts.index_of_rows(rel, ARRAY[tid]) AS e
	 ORDER BY e.idx, e.blkno NULLS FIRST, e.itemoffset;
END;

COMMENT ON FUNCTION arch_inspect.index_of_row(regclass, tid) IS
'The index entries that point at a version of a row.
A row an entry, and one with blkno null for each index of the table that has
none. idx: the index; blkno, itemoffset, kind, dead: as index_page_items shows
the entry. points_at: ''version'', the line pointer tid itself; ''root'', the
line pointer where its HOT chain begins, for no entry points at a heap-only
version; ''range'', of brin, whose summaries speak of blocks. found_by: how it
was looked for. ''descent'': by the values of the version (or of others of its
HOT chain), which lead to the page where the entry must be; ''reading'': on
every page of the index. A btree or hash index whose key is of plain columns
is descended; it is read where the values, or a page on the way, can''t be
trusted, where the line pointer has no version any more, and where nothing is
found in an index that must have an entry: one that is valid and not partial,
of a version that somebody may need. So of a partial index, a null in a hash
index and a dead version that nothing was found is as sure as the order of the
index. All others are read: no expression is evaluated. An entry that moves to
another page meanwhile may be missed, or shown twice. problem: of the entry,
or that items of the access method are not known.
What compares and hashes values are the functions of the operator class; they
run as the table''s owner, and where one fails, the index is read.
Rights: structure tier. Errors: 22023 for a block that is not there, 42501,
42809, 0A000. Source: src/backend/access/nbtree/nbtsearch.c,
src/backend/access/hash/hashsearch.c.';
REVOKE ALL ON FUNCTION arch_inspect.index_of_row(regclass, tid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_of_row(regclass, tid) TO PUBLIC;
