--
-- Page headers
--
CREATE FUNCTION arch_inspect.page_header(
	rel regclass,
	blkno bigint,
	fork text DEFAULT 'main')
RETURNS TABLE (
	lsn pg_lsn,
	checksum integer,
	checksum_ok boolean,
	flags text[],
	lower integer,
	upper integer,
	special integer,
	pagesize integer,
	version integer,
	prune_xid xid,
	free_bytes integer,
	kind text,
	in_buffers boolean,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 1 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_page_header';

COMMENT ON FUNCTION arch_inspect.page_header(regclass, bigint, text) IS
'The header of one page.
The header of one page (block blkno, from 0) of a table, index, sequence or
TOAST table, in the fork "main", "fsm", "vm" or "init".
lsn: end of the WAL record that last changed the page. checksum: as stored.
checksum_ok: whether it fits; null if the server has no checksums, the page is
new, or it was found in shared buffers, where the checksum is renewed only
when the page is written. flags: PD_* bits by name. lower, upper, special:
offsets in bytes of the end of the line pointers, the start of the items and
the start of the special space. pagesize in bytes, version of the page layout.
prune_xid: oldest transaction whose leftovers pruning may remove, 0 if none.
free_bytes: between lower and upper, null if the header is invalid. kind:
heap, btree, hash, gist, gin, brin, spgist, sequence, fsm, vm, new (all
zeroes) or invalid. in_buffers: copied from shared (or own local) buffers
rather than from disk. problem: what is wrong with the page, else null.
Rights: structure tier (SELECT on the whole table and no active row-level
security, or pg_stat_scan_tables). Errors: 22023 for a block or fork that is
not there, 42501, 42809 for a relation without pages, 0A000 for another
session''s temporary table. Source: src/include/storage/bufpage.h.';

REVOKE ALL ON FUNCTION arch_inspect.page_header(regclass, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.page_header(regclass, bigint, text) TO PUBLIC;

CREATE FUNCTION arch_inspect.page_headers(
	rel regclass,
	first_block bigint DEFAULT NULL,
	last_block bigint DEFAULT NULL,
	fork text DEFAULT 'main')
RETURNS TABLE (
	blkno bigint,
	lsn pg_lsn,
	checksum integer,
	checksum_ok boolean,
	flags text[],
	lower integer,
	upper integer,
	special integer,
	pagesize integer,
	version integer,
	prune_xid xid,
	free_bytes integer,
	kind text,
	in_buffers boolean,
	problem text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_page_headers';

COMMENT ON FUNCTION arch_inspect.page_headers(regclass, bigint, bigint, text) IS
'The headers of all pages of a fork.
The headers of all pages of a fork, or of the blocks first_block to last_block
(null: from the first, to the last): page_header''s columns with blkno in
front. Streams, and makes only the columns that the query names; a bad page is
a row with problem filled.
Rights and errors as for page_header. Source: src/include/storage/bufpage.h.';

REVOKE ALL ON FUNCTION arch_inspect.page_headers(regclass, bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.page_headers(regclass, bigint, bigint, text) TO PUBLIC;

