--
-- Indexes: the way of a search
--
CREATE FUNCTION arch_inspect.index_descent(
	idx regclass,
	VARIADIC key "any")
RETURNS TABLE (
	step integer,
	search integer,
	blkno bigint,
	level integer,
	page_kind text,
	why text,
	itemoffset integer,
	child bigint,
	matches tid[],
	details jsonb,
	problem text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10 COST 1000
AS 'MODULE_PATHNAME', 'ai_index_descent';

COMMENT ON FUNCTION arch_inspect.index_descent(regclass, "any") IS
'The pages that a search for a key visits, and why.
Searches for the rows whose first columns in the index equal the values given,
a null as IS NULL; a literal without a type is read as the column''s. A row a
visit of a page, in the order in which an index scan reads them.
step: number of the page read; rows with the same one speak of one page.
search: which way down from the root it belongs to. blkno, level, page_kind:
as index_page_stats has them. why: what sent the search here. itemoffset: the
item that was taken, or the first one looked at. child: the block it led to.
matches: heap addresses that the search finds on the page. details: what only
this method has. problem: what ended the search, or is wrong with the page.
An executor that has the index''s meta page in its cache does not read it.
Rights: values tier of the table. The operator class'' functions run as the
owner of the index in a security-restricted operation; they get keys only
whose every byte was found sound. No expression or predicate is evaluated.
Errors: 22023 for too many values, 42804 or 42883 where the operator class
has no such operator, 42501, 42809 for a relation that is not an index or is
a partitioned one, 0A000 for another session''s temporary one and for an
access method whose search is not known. Source:
src/backend/access/nbtree/nbtsearch.c, hash/hashsearch.c, brin/brin.c,
gist/gistget.c, gin/ginget.c, spgist/spgscan.c.';

REVOKE ALL ON FUNCTION arch_inspect.index_descent(regclass, "any") FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_descent(regclass, "any") TO PUBLIC;

CREATE FUNCTION arch_inspect.index_descent_where(
	idx regclass,
	VARIADIC conditions "any")
RETURNS TABLE (
	step integer,
	search integer,
	blkno bigint,
	level integer,
	page_kind text,
	why text,
	itemoffset integer,
	child bigint,
	matches tid[],
	details jsonb,
	problem text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10 COST 1000
AS 'MODULE_PATHNAME', 'ai_index_descent_where';

COMMENT ON FUNCTION arch_inspect.index_descent_where(regclass, "any") IS
'The pages that a search by operators visits, and why.
index_descent''s rows, for conditions of three arguments each: a column of the
index by name, an operator of its operator class, a value, as in
index_descent_where(idx, ''year'', ''>='', 2004, ''reader'', ''='', ''Ann''). The
operators "is null" and "is not null" take null as the value, and "= any" an
array. All conditions must hold.
Rights and errors: as index_descent; 42703 for a column that is not a key
column of the index, 22004 for a null where a value is needed. Source: as
index_descent.';

REVOKE ALL ON FUNCTION arch_inspect.index_descent_where(regclass, "any") FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_descent_where(regclass, "any") TO PUBLIC;

CREATE FUNCTION arch_inspect.index_descent_backward(
	idx regclass,
	VARIADIC conditions "any")
RETURNS TABLE (
	step integer,
	search integer,
	blkno bigint,
	level integer,
	page_kind text,
	why text,
	itemoffset integer,
	child bigint,
	matches tid[],
	details jsonb,
	problem text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10 COST 1000
AS 'MODULE_PATHNAME', 'ai_index_descent_backward';

COMMENT ON FUNCTION arch_inspect.index_descent_backward(regclass, "any") IS
'The pages that a search from the other end visits, and why.
index_descent_where''s rows and arguments, for a scan that goes backward
through a btree index, as ORDER BY ... DESC asks for. Each page is read once,
as by an index-only scan; before PostgreSQL 18 a plain index scan reads the
page that it goes left from once more.
Rights and errors: as index_descent_where; 0A000 for other access methods.
Source: as index_descent.';

REVOKE ALL ON FUNCTION arch_inspect.index_descent_backward(regclass, "any") FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.index_descent_backward(regclass, "any") TO PUBLIC;
