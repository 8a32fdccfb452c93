--
-- A table as a whole
--
CREATE FUNCTION arch_parts.anatomy_parts(
	rel regclass)
RETURNS TABLE (
	pages bigint,
	new_pages bigint,
	empty_pages bigint,
	damaged_pages bigint,
	all_visible_pages bigint,
	all_frozen_pages bigint,
	vm_wrong_pages bigint,
	fsm_wrong_pages bigint,
	line_pointers bigint,
	unused_pointers bigint,
	redirect_pointers bigint,
	dead_pointers bigint,
	live_tuples bigint,
	live_bytes bigint,
	inserting_tuples bigint,
	inserting_bytes bigint,
	recently_dead_tuples bigint,
	recently_dead_bytes bigint,
	dead_tuples bigint,
	dead_bytes bigint,
	damaged_tuples bigint,
	unknown_tuples bigint,
	changing_tuples bigint,
	locked_tuples bigint,
	heap_only_tuples bigint,
	frozen_tuples bigint,
	tuple_header_bytes bigint,
	free_bytes bigint,
	prunable_bytes bigint,
	packed_bytes bigint,
	last_kept_block bigint,
	last_item_block bigint,
	last_scanned_kept_block bigint,
	last_scanned_block bigint,
	dead_item_pages bigint,
	padding_bytes bigint,
	padding_tuples bigint)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1 COST 10000
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_anatomy_parts';

COMMENT ON FUNCTION arch_parts.anatomy_parts(regclass) IS
'What table_anatomy adds up: a row of counts from each process that took part
in the scan of the table, one in all where the scan was not parallel. Columns
as in table_anatomy; besides, packed_bytes: bytes of the pages that the tuples
fill which nobody may remove yet, written anew in their order with the
table''s fillfactor, without dropped columns and with the defaults that they
lack; of the last page a share. last_kept_block: the last with such a tuple,
or damaged; last_item_block: the same, or with a line pointer that is dead
once VACUUM has pruned; last_scanned_block: the last, but for the table''s
last, that the visibility map doesn''t call all-visible, so that VACUUM reads
it whatever stands around it; last_scanned_kept_block: the last of those with
a tuple that stays; -1 where there is none. dead_item_pages: pages with dead
line pointers once VACUUM has pruned. padding_bytes, padding_tuples: bytes
lost to alignment, and the number of tuples that they were measured on.
Rights: structure tier. Errors: 42501, 42809, 0A000. Source:
src/include/access/htup_details.h.';

REVOKE ALL ON FUNCTION arch_parts.anatomy_parts(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.anatomy_parts(regclass) TO PUBLIC;

-- What VACUUM would cut off the end of a table.
--
-- Follows should_attempt_truncation
-- (src/backend/access/heap/vacuumlazy.c, REL_19_STABLE)
-- Follows lazy_vacuum (src/backend/access/heap/vacuumlazy.c, REL_19_STABLE)
-- Follows heap_vac_scan_next_block
-- (src/backend/access/heap/vacuumlazy.c, REL_19_STABLE)
CREATE FUNCTION arch_parts.vacuum_cuts(
	rel regclass, pages bigint, last_kept_block bigint, last_item_block bigint,
	last_scanned_kept_block bigint, last_scanned_block bigint, dead_item_pages bigint)
RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT CASE WHEN o.truncate
				-- up to 16, old_snapshot_threshold keeps the pages that its snapshots ask for
				AND coalesce(pg_catalog.current_setting('old_snapshot_threshold', true), '-1') = '-1'
				AND f.pages > 0 AND (f.pages >= 1000 OR f.pages >= $2 / 16)
				-- what lazy_vacuum() leaves dead: the line pointers, where they are on
				-- less than 2 % of the pages of a table with indexes
				THEN $2 - 1 - CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = rel AND i.indisready)
									AND (o.index_cleanup IN ('off', 'false', 'no', '0')
										 OR o.index_cleanup = 'auto' AND $7 < $2 * 0.02) THEN $4
								   ELSE $3 END
				ELSE 0 END
	  FROM (SELECT coalesce(max(o.option_value) FILTER (WHERE o.option_name = 'vacuum_truncate')::boolean,
							pg_catalog.current_setting('vacuum_truncate', true)::boolean, true) AS truncate,
				   coalesce(lower(max(o.option_value) FILTER (WHERE o.option_name = 'vacuum_index_cleanup')), 'auto') AS index_cleanup
			  FROM pg_catalog.pg_class AS c,
				   pg_catalog.pg_options_to_table(c.reloptions) AS o
			 WHERE c.oid = rel) AS o,
		   -- what should_attempt_truncation() takes for free: an all-visible block is
		   -- passed over where there are 32 in a row
		   LATERAL (SELECT $2 - 1 - CASE WHEN $3 > $6 AND $2 - 2 - $6 >= 32 AND $3 < $2 - 1 THEN $5
										 ELSE $3 END AS pages) AS f
	 WHERE $2 >= 0 AND least($3, $4, $5, $6) >= -1 AND greatest($2, $3, $4, $5, $6) <= 4294967295;
END;

COMMENT ON FUNCTION arch_parts.vacuum_cuts(regclass, bigint, bigint, bigint, bigint, bigint, bigint) IS
'part of arch_inspect.table_anatomy(): how many pages a plain VACUUM cuts off
at the end; NULL where the numbers are none of blocks. Source:
src/backend/access/heap/vacuumlazy.c (should_attempt_truncation).';

REVOKE ALL ON FUNCTION arch_parts.vacuum_cuts(regclass, bigint, bigint, bigint, bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.vacuum_cuts(regclass, bigint, bigint, bigint, bigint, bigint, bigint) TO PUBLIC;

CREATE FUNCTION arch_inspect.table_anatomy(
	rel regclass)
RETURNS TABLE (
	pages bigint,
	table_bytes bigint,
	new_pages bigint,
	empty_pages bigint,
	damaged_pages bigint,
	all_visible_pages bigint,
	all_frozen_pages bigint,
	vm_wrong_pages bigint,
	fsm_wrong_pages bigint,
	line_pointers bigint,
	unused_pointers bigint,
	redirect_pointers bigint,
	dead_pointers bigint,
	live_tuples bigint,
	live_bytes bigint,
	live_percent double precision,
	inserting_tuples bigint,
	inserting_bytes bigint,
	recently_dead_tuples bigint,
	recently_dead_bytes bigint,
	dead_tuples bigint,
	dead_bytes bigint,
	dead_percent double precision,
	damaged_tuples bigint,
	unknown_tuples bigint,
	changing_tuples bigint,
	locked_tuples bigint,
	heap_only_tuples bigint,
	frozen_tuples bigint,
	tuple_header_bytes bigint,
	padding_bytes bigint,
	free_bytes bigint,
	free_percent double precision,
	pruning_returns bigint,
	vacuum_returns bigint,
	full_returns bigint,
	fsm_bytes bigint,
	vm_bytes bigint,
	toast_bytes bigint,
	index_bytes bigint,
	indexes bigint,
	total_bytes bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1 COST 10000
BEGIN ATOMIC
	SELECT s.pages,
		   s.pages * b.size,
		   s.new_pages, s.empty_pages, s.damaged_pages,
		   s.all_visible_pages, s.all_frozen_pages,
		   s.vm_wrong_pages, s.fsm_wrong_pages,
		   s.line_pointers, s.unused_pointers, s.redirect_pointers, s.dead_pointers,
		   s.live_tuples, s.live_bytes,
		   round(100.0 * s.live_bytes / nullif(s.pages * b.size, 0), 2)::double precision,
		   s.inserting_tuples, s.inserting_bytes,
		   s.recently_dead_tuples, s.recently_dead_bytes,
		   s.dead_tuples, s.dead_bytes,
		   round(100.0 * s.dead_bytes / nullif(s.pages * b.size, 0), 2)::double precision,
		   s.damaged_tuples, s.unknown_tuples, s.changing_tuples, s.locked_tuples,
		   s.heap_only_tuples, s.frozen_tuples,
		   s.tuple_header_bytes,
		   round(s.padding_bytes::numeric / nullif(s.padding_tuples, 0) *
				 (s.live_tuples + s.inserting_tuples + s.recently_dead_tuples +
				  s.dead_tuples + s.unknown_tuples))::bigint,
		   s.free_bytes,
		   round(100.0 * s.free_bytes / nullif(s.pages * b.size, 0), 2)::double precision,
		   s.prunable_bytes,
		   v.pages * b.size,
		   (s.pages - ceil(s.packed_bytes / b.size::double precision - 0.01)::bigint - v.pages) * b.size,
		   pg_catalog.pg_relation_size(rel, 'fsm'),
		   pg_catalog.pg_relation_size(rel, 'vm'),
		   pg_catalog.pg_table_size(rel) - pg_catalog.pg_relation_size(rel) -
		   pg_catalog.pg_relation_size(rel, 'fsm') -
		   pg_catalog.pg_relation_size(rel, 'vm') -
		   pg_catalog.pg_relation_size(rel, 'init'),
		   pg_catalog.pg_indexes_size(rel),
		   (SELECT count(*) FROM pg_catalog.pg_index AS i WHERE i.indrelid = rel),
		   pg_catalog.pg_total_relation_size(rel)
	  FROM (SELECT sum(p.pages)::bigint AS pages,
				   sum(p.new_pages)::bigint AS new_pages,
				   sum(p.empty_pages)::bigint AS empty_pages,
				   sum(p.damaged_pages)::bigint AS damaged_pages,
				   sum(p.all_visible_pages)::bigint AS all_visible_pages,
				   sum(p.all_frozen_pages)::bigint AS all_frozen_pages,
				   sum(p.vm_wrong_pages)::bigint AS vm_wrong_pages,
				   sum(p.fsm_wrong_pages)::bigint AS fsm_wrong_pages,
				   sum(p.line_pointers)::bigint AS line_pointers,
				   sum(p.unused_pointers)::bigint AS unused_pointers,
				   sum(p.redirect_pointers)::bigint AS redirect_pointers,
				   sum(p.dead_pointers)::bigint AS dead_pointers,
				   sum(p.live_tuples)::bigint AS live_tuples,
				   sum(p.live_bytes)::bigint AS live_bytes,
				   sum(p.inserting_tuples)::bigint AS inserting_tuples,
				   sum(p.inserting_bytes)::bigint AS inserting_bytes,
				   sum(p.recently_dead_tuples)::bigint AS recently_dead_tuples,
				   sum(p.recently_dead_bytes)::bigint AS recently_dead_bytes,
				   sum(p.dead_tuples)::bigint AS dead_tuples,
				   sum(p.dead_bytes)::bigint AS dead_bytes,
				   sum(p.damaged_tuples)::bigint AS damaged_tuples,
				   sum(p.unknown_tuples)::bigint AS unknown_tuples,
				   sum(p.changing_tuples)::bigint AS changing_tuples,
				   sum(p.locked_tuples)::bigint AS locked_tuples,
				   sum(p.heap_only_tuples)::bigint AS heap_only_tuples,
				   sum(p.frozen_tuples)::bigint AS frozen_tuples,
				   sum(p.tuple_header_bytes)::bigint AS tuple_header_bytes,
				   sum(p.free_bytes)::bigint AS free_bytes,
				   sum(p.prunable_bytes)::bigint AS prunable_bytes,
				   sum(p.packed_bytes)::bigint AS packed_bytes,
				   max(p.last_kept_block) AS last_kept_block,
				   max(p.last_item_block) AS last_item_block,
				   max(p.last_scanned_kept_block) AS last_scanned_kept_block,
				   max(p.last_scanned_block) AS last_scanned_block,
				   sum(p.dead_item_pages)::bigint AS dead_item_pages,
				   sum(p.padding_bytes)::bigint AS padding_bytes,
				   sum(p.padding_tuples)::bigint AS padding_tuples
			  FROM arch_parts.anatomy_parts(rel) AS p
			HAVING count(*) > 0) AS s,
		   (SELECT pg_catalog.current_setting('block_size')::bigint AS size) AS b,
		   LATERAL (SELECT arch_parts.vacuum_cuts(rel, s.pages, s.last_kept_block, s.last_item_block,
													 s.last_scanned_kept_block, s.last_scanned_block,
													 s.dead_item_pages) AS pages) AS v;
END;

COMMENT ON FUNCTION arch_inspect.table_anatomy(regclass) IS
'Everything in a table, counted in one pass.
By several processes where the planner finds it worth while. One row; none for
null.
pages, table_bytes: size of the main fork. new_pages: all zeroes. empty_pages:
without a line pointer in use. damaged_pages: whose header can''t be right;
what is on them is not counted. all_visible_pages, all_frozen_pages: as the
visibility map says. vm_wrong_pages: of these, pages with a tuple that is not
live (not frozen), with a dead line pointer, or without PD_ALL_VISIBLE.
fsm_wrong_pages: whose free space differs by more than a category (1/256 of a
page) from what the free space map says; it is only brought up to date by
VACUUM.
line_pointers, and of these unused_pointers, redirect_pointers, dead_pointers.
live_tuples: what a snapshot taken now sees, changing_tuples (being updated or
deleted by a running transaction) and locked_tuples among them.
inserting_tuples: inserted by a running transaction. recently_dead_tuples:
updated or deleted, but some snapshot may need them. dead_tuples: nobody needs
them, rolled back ones included. *_bytes: their lengths, without alignment;
*_percent: of table_bytes, null for an empty table. damaged_tuples: line
pointers and tuples that can''t be right. unknown_tuples: with a transaction
id that can''t be told. heap_only_tuples: made by a HOT update. frozen_tuples.
tuple_header_bytes: headers with null bitmaps. padding_bytes: lost to
alignment, in and between tuples; measured on about 8 tuples of each of about
256 pages spread evenly over the table, on all tuples where it has fewer
pages. free_bytes: room for new tuples, as pgstattuple counts it (which since
18 counts the next line pointer too).
pruning_returns: bytes of dead tuples, which the next pruning of their pages,
by VACUUM or by a query, makes free for new tuples of the same table.
vacuum_returns: bytes of the pages at the end that are without tuples once
VACUUM has removed the dead ones, where VACUUM cuts them off: it does from
1000 pages or a sixteenth of the table on, not with vacuum_truncate off, and
gives up where it would have to wait for the lock; a table of more than 32 MB
on 18 may differ, where it reads some all-visible pages beyond need.
full_returns: bytes that beyond this only a rewrite, VACUUM FULL or CLUSTER,
gives back, by packing the rows as they are, in their order and with the
table''s fillfactor, without dropped columns and with the defaults of columns
that they are older than; negative where that takes more. Not reckoned: what
sorting them changes, and what TOAST would move by options set since, or of
rows that grow over its threshold. Both are for the moment: what changes the
table meanwhile, or holds dead rows back, changes them.
fsm_bytes, vm_bytes, toast_bytes (the TOAST table with its index and maps),
index_bytes, indexes (how many), total_bytes.
Rights: structure tier. Errors: 42501, 42809, 0A000. Source:
src/backend/access/heap/vacuumlazy.c, src/include/access/htup_details.h.';

REVOKE ALL ON FUNCTION arch_inspect.table_anatomy(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.table_anatomy(regclass) TO PUBLIC;

