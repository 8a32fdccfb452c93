--
-- What is on each page of a table, and what the maps say of it
--
CREATE FUNCTION arch_inspect.page_map(
	rel regclass,
	first_block bigint DEFAULT NULL,
	last_block bigint DEFAULT NULL)
RETURNS TABLE (
	blkno bigint,
	kind text,
	lsn pg_lsn,
	line_pointers integer,
	lp_unused integer,
	lp_redirect integer,
	lp_dead integer,
	tuples integer,
	live integer,
	in_progress integer,
	recently_dead integer,
	dead integer,
	unknown integer,
	tuple_bytes integer,
	free_bytes integer,
	fsm_bytes integer,
	all_visible boolean,
	all_frozen boolean,
	pd_all_visible boolean,
	in_buffers boolean,
	problem text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_page_map';

COMMENT ON FUNCTION arch_inspect.page_map(regclass, bigint, bigint) IS
'Each page of a table: tuples, free space, maps.
A row for each block of a table, materialized view or TOAST table, or for the
blocks first_block to last_block (null: from the first, to the last).
kind: heap, new (all zeroes) or invalid. lsn: end of the WAL record that last
changed the page. line_pointers: how many there are; lp_unused, lp_redirect
and lp_dead of them have no tuple, tuples have one. live (locked ones too),
in_progress (a running transaction inserts, updates or deletes it),
recently_dead (of the states updated, hot-updated, moved and deleted: some
snapshot may need it), dead (VACUUM may remove it; rolled back inserts and
dead line pointers too), unknown: versions by what they are at this moment.
tuple_bytes: of all tuples with their headers, without alignment. free_bytes:
between the line pointers and the tuples, null if the page is invalid.
fsm_bytes: what the free space map promises, in steps of a 256th of a page; 0
where it has no entry.
all_visible, all_frozen: bits of the visibility map, pd_all_visible: the
page''s own flag. The last three and fsm_bytes are null where the map''s page
can not be believed. in_buffers: in shared (or own local) buffers now.
problem: what is wrong with the page, its items or its map pages, else null.
Columns of the maps alone do not read the table. Rights: structure tier.
Errors: 22023 for a block that is not there, 42501, 42809 and 0A000 for other
kinds of relations. Source: src/backend/access/heap/visibilitymap.c,
src/backend/storage/freespace/freespace.c.';

REVOKE ALL ON FUNCTION arch_inspect.page_map(regclass, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.page_map(regclass, bigint, bigint) TO PUBLIC;

