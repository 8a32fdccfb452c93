--
-- Line pointers and tuple headers
--
CREATE FUNCTION arch_inspect.heap_page_items(
	rel regclass,
	blkno bigint)
RETURNS TABLE (
	lp integer,
	lp_off integer,
	lp_flags text,
	lp_len integer,
	redirect_to integer,
	t_xmin xid,
	t_xmax xid,
	t_cid cid,
	t_ctid tid,
	t_infomask integer,
	t_infomask2 integer,
	flags text[],
	t_hoff integer,
	natts integer,
	xmin_status text,
	xmax_status text,
	state text,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 100 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_heap_page_items';

COMMENT ON FUNCTION arch_inspect.heap_page_items(regclass, bigint) IS
'The line pointers and tuple headers of one page.
The line pointers of one page (block blkno, from 0) of a table, materialized
view, TOAST table or sequence, and the headers of the tuples they point to;
dead and uncommitted versions too.
lp: line pointer number, from 1; null in a row that is about the page itself.
lp_off, lp_len: where the tuple is, in bytes. lp_flags: unused, normal,
redirect or dead. redirect_to: the line pointer a redirect leads to. t_xmin,
t_xmax, t_cid, t_ctid, t_infomask, t_infomask2, t_hoff: the header as stored,
null where there is none. flags: the set bits of both infomasks by name, and
the names of pairs (HEAP_XMIN_FROZEN, HEAP_XMAX_SHR_LOCK). natts: columns that
the tuple stores. xmin_status, xmax_status: what became of the transactions,
as words. state: what the version is at this moment: live, locked, inserting,
updating, deleting, updated, hot-updated, moved, deleted, dead, aborted or
unknown; null for an unused or redirecting line pointer. problem: what is
wrong with the item or the page, else null.
A hint bit that is missing is looked up, not set. Rights: structure tier
(SELECT on the whole table and no active row-level security, or
pg_stat_scan_tables). Errors: 22023 for a block that is not there, 42501,
42809 and 0A000 for other kinds of relations. Source:
src/include/access/htup_details.h, src/include/storage/itemid.h.';

REVOKE ALL ON FUNCTION arch_inspect.heap_page_items(regclass, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.heap_page_items(regclass, bigint) TO PUBLIC;

CREATE FUNCTION arch_inspect.heap_tuples(
	rel regclass,
	first_block bigint DEFAULT NULL,
	last_block bigint DEFAULT NULL)
RETURNS TABLE (
	blkno bigint,
	lp integer,
	lp_off integer,
	lp_flags text,
	lp_len integer,
	redirect_to integer,
	t_xmin xid,
	t_xmax xid,
	t_cid cid,
	t_ctid tid,
	t_infomask integer,
	t_infomask2 integer,
	flags text[],
	t_hoff integer,
	natts integer,
	xmin_status text,
	xmax_status text,
	state text,
	problem text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_heap_tuples';

COMMENT ON FUNCTION arch_inspect.heap_tuples(regclass, bigint, bigint) IS
'The line pointers and tuple headers of a whole table.
The line pointers and tuple headers of a whole table, or of its blocks
first_block to last_block (null: from the first, to the last):
heap_page_items'' columns with blkno in front. Streams, makes only the columns
that the query names, those of the filter first, and may run in parallel; a
bad page is a row with problem filled.
Rights and errors as for heap_page_items. Source:
src/include/access/htup_details.h, src/include/storage/itemid.h.';

REVOKE ALL ON FUNCTION arch_inspect.heap_tuples(regclass, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.heap_tuples(regclass, bigint, bigint) TO PUBLIC;

