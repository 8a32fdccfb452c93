--
-- why_not_hot: which updates were HOT, and what kept the others from it
--
CREATE FUNCTION arch_inspect.why_not_hot(
	rel regclass,
	first_block bigint DEFAULT NULL,
	last_block bigint DEFAULT NULL)
RETURNS TABLE (
	from_tid tid,
	to_tid tid,
	xid xid,
	hot boolean,
	same_page boolean,
	cause text,
	changed_columns text[],
	indexes regclass[],
	unknown_columns text[],
	why text,
	problem text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_why_not_hot';

COMMENT ON FUNCTION arch_inspect.why_not_hot(regclass, bigint, bigint) IS
'Which updates were HOT, and what kept the others from it.
A row for each version that the pages still have and that an update replaced,
of a rolled back one too; a page with a problem is a row of its own. from_tid,
to_tid: the version, and where its update put the new one. xid: who updated.
hot: the new version is heap-only; null where a rewrite of the table may have
taken that away. same_page: both are of one page. cause: null of a HOT update;
''indexed column'': the new version stayed on the page, so a column changed
that an index had; ''no room'': it went to another page; ''indexed column and
no room'': that, and a column of an index changed besides; ''unknown'': the
table may have been rewritten since. changed_columns: of those that indexes
have now (as key, by INCLUDE, in an expression or a predicate; from 16 on not
those of brin alone), the ones that changed, by their bytes, as the server
compares them. indexes: those that have one, or the whole row, which counts as
changed always. unknown_columns: those that are stored in a form that doesn''t
tell, because the server compared before it compressed them or moved them out
of line. All three are null of a HOT update and where the new version is gone.
Which index was there when the update came, no page tells: changed_columns and
indexes are of today. why: the same as a sentence.
NULL for rel: no rows. Moves to another partition are no updates here. Rights:
structure tier; changed_columns, indexes, unknown_columns, and what rests on
them, for the values tier. Errors: 22023, 42501, 42809, 0A000. Makes visible:
heapam.c (heap_update, HeapDetermineColumnsInfo)';

REVOKE ALL ON FUNCTION arch_inspect.why_not_hot(regclass, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.why_not_hot(regclass, bigint, bigint) TO PUBLIC;
