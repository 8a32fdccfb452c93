--
-- Indexes: pages by level and kind
--
CREATE FUNCTION arch_inspect.index_tree(
	idx regclass)
RETURNS TABLE (
	level integer,
	page_kind text,
	pages bigint,
	empty_pages bigint,
	backward_links bigint,
	live_items bigint,
	dead_items bigint,
	items_per_page double precision,
	bytes bigint,
	used_bytes bigint,
	free_bytes bigint,
	fill_percent double precision,
	fresh_pages_estimate bigint,
	details jsonb,
	problem_pages bigint,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 6 COST 10000
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_index_tree';

COMMENT ON FUNCTION arch_inspect.index_tree(regclass) IS
'An index by level and kind of page, in one pass.
The meta page first, then from the root down to the leaves, then pages that
are on no level.
level: height above the leaves, which are of level 0. A btree''s page says it;
of an inner page of gist or gin it is how many downlinks lie between it and a
leaf; null for spgist, whose inner pages hold tuples of several depths, and
for pages in no tree. page_kind: as index_page_stats has it; null where it
can''t be told. pages: how many. empty_pages: those without an item.
backward_links: pages whose right neighbour lies before them in the file.
live_items, dead_items: as index_page_stats counts them, without a btree''s
high keys; those of a brin revmap without ranges not summarised; null for an
access method whose items are not known. items_per_page: their average.
bytes: of all the pages. used_bytes, free_bytes: the part of a page between
its header and its special space, by line pointers and items, and without
them. fill_percent: used_bytes in both. fresh_pages_estimate: an estimate of
the pages that an index built now would have of this kind, with the entries
and the fillfactor as they are; of a btree without merging more equal keys to
posting lists; of a hash index its buckets, of brin a summary for each range
of the table; null where no rule foretells it. details: heap_tuples of a gin
pending list, redirections and placeholders of spgist, not_summarised ranges
of brin, where there are some. problem_pages: how many pages have a problem of
their own; problem: that of the first, with its block.
Rights: structure tier of the table. Errors: 42501, 42809 for a relation that
is not an index or is a partitioned one, 0A000 for another session''s
temporary one. Source: src/include/access/nbtree.h, hash.h, gist.h,
ginblock.h, brin_page.h, spgist_private.h.';

REVOKE ALL ON FUNCTION arch_inspect.index_tree(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_tree(regclass) TO PUBLIC;

CREATE FUNCTION arch_inspect.index_tree_pages(
	idx regclass)
RETURNS TABLE (
	blkno bigint,
	level integer,
	page_kind text,
	left_block bigint,
	right_block bigint,
	live_items bigint,
	dead_items bigint,
	used_bytes bigint,
	free_bytes bigint,
	fill_percent double precision,
	details jsonb,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_index_tree_pages';

COMMENT ON FUNCTION arch_inspect.index_tree_pages(regclass) IS
'The pages of an index, a row a page.
What index_tree adds up, in the order of blocks, with the same columns; and
left_block, right_block: linked pages, as index_page_stats shows them.
problem: of the page itself, not of its items. Streams.
Rights and errors: as index_tree. Source: as index_tree.';

REVOKE ALL ON FUNCTION arch_inspect.index_tree_pages(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_tree_pages(regclass) TO PUBLIC;
