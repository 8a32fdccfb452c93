--
-- Indexes: pages, and items with their keys
--
-- The functions that print keys are PARALLEL UNSAFE: a value that its type
-- refuses to print is caught by a subtransaction, which a parallel operation
-- does not allow before PostgreSQL 17.
--
CREATE FUNCTION arch_inspect.index_page_stats(
	idx regclass,
	blkno bigint)
RETURNS TABLE (
	level integer,
	page_kind text,
	left_block bigint,
	right_block bigint,
	parent_block bigint,
	live_items integer,
	dead_items integer,
	page_size integer,
	free_bytes integer,
	flags text[],
	details jsonb,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 1 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_index_page_stats';

COMMENT ON FUNCTION arch_inspect.index_page_stats(regclass, bigint) IS
'What a page of an index is.
One row about block blkno of a btree, hash, gist, gin, brin or spgist index.
level: height above the leaves, which are of level 0; null where the page is
in no tree or does not say. page_kind: meta, leaf and so on, by method
(doc/index.md lists them); new for a page of zeroes; null where it can''t be
told. left_block, right_block, parent_block: linked pages; null where there is
none, or the method keeps no such link. live_items, dead_items: items on the
page, and those among its line pointers that are marked dead. page_size,
free_bytes: bytes, the latter between line pointers and items. flags: bits
that are set in the special space, by name; a bit without one in hex. details:
what only this method has. problem: what is wrong with the page or the first
bad item on it, else null.
An index of any other access method shows its page''s size and free bytes, and
details say that its items are not known.
Rights: structure tier of the table. Errors: 22023 for a block that is not
there, 42501, 42809 for a relation that is not an index or is a partitioned
one, 0A000 for another session''s temporary one. Source:
src/include/access/nbtree.h, hash.h, gist.h, ginblock.h, brin_page.h,
spgist_private.h.';

REVOKE ALL ON FUNCTION arch_inspect.index_page_stats(regclass, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_page_stats(regclass, bigint) TO PUBLIC;

CREATE FUNCTION arch_inspect.index_page_items(
	idx regclass,
	blkno bigint)
RETURNS TABLE (
	level integer,
	page_kind text,
	itemoffset integer,
	kind text,
	key text,
	tids tid[],
	child bigint,
	dead boolean,
	flags text[],
	size integer,
	details jsonb,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 100 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_index_page_items';

COMMENT ON FUNCTION arch_inspect.index_page_items(regclass, bigint) IS
'The items of a page of an index.
Those of block blkno, of the methods that index_page_stats names. A row an
item; a page with a problem, or of a method whose items are not known, is a
row of its own before them, with itemoffset null. A meta page has no items.
level, page_kind: of the page. itemoffset: line pointer, or the number in
order where the page has none. kind: leaf, pivot, high key, posting list,
downlink, range summary and so on (doc/index.md). key: its columns as the
index stores them, printed by their types, separated by commas: null for a
null, truncated for a column that suffix truncation left out, unreadable for
one whose place on the page is not sound, and bytes in hex for one that its
type can''t print or must not be trusted with, with the reason in problem; of
a hash index the hash code. tids: heap addresses it holds; of a pivot the one
that breaks a tie, if it has one. child: the block that it points to. dead:
its line pointer or its own state says so. flags: bits of the item, by name.
size: bytes. details: what only this method has. problem: what is wrong, else
null; of the key only where key is asked for.
No expression of the index is evaluated. Rights: structure tier of the table;
key is null for who has not the values tier. A value whose type''s format is
not known is printed only if its page was read from disk for it with the right
checksum. Errors: as index_page_stats. Source: src/include/access/itup.h,
nbtree.h, hash.h, gist.h, ginblock.h, brin_tuple.h, spgist_private.h.';

REVOKE ALL ON FUNCTION arch_inspect.index_page_items(regclass, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_page_items(regclass, bigint) TO PUBLIC;

CREATE FUNCTION arch_inspect.index_items(
	idx regclass)
RETURNS TABLE (
	blkno bigint,
	level integer,
	page_kind text,
	itemoffset integer,
	kind text,
	key text,
	tids tid[],
	child bigint,
	dead boolean,
	flags text[],
	size integer,
	details jsonb,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 10000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_index_items';

COMMENT ON FUNCTION arch_inspect.index_items(regclass) IS
'The items of all pages of an index.
index_page_items'' columns with blkno, the block, in front; in the order of
blocks, which is not that of keys. Streams, and makes only the columns that
the query names.
Rights and errors: as index_page_items. Source: as index_page_items.';

REVOKE ALL ON FUNCTION arch_inspect.index_items(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_items(regclass) TO PUBLIC;
