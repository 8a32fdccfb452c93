--
-- The free space map as a tree
--
CREATE FUNCTION arch_inspect.fsm_tree(rel regclass)
RETURNS TABLE (
	blkno bigint,
	level integer,
	pageno bigint,
	first_block bigint,
	last_block bigint,
	max_bytes integer,
	slots_used integer,
	next_slot integer,
	consistent boolean,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 10 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_fsm_tree';

COMMENT ON FUNCTION arch_inspect.fsm_tree(regclass) IS
'The free space map as a tree, a row a page.
Of a table or index; no row if it has none yet.
blkno: block of the fork. level: 0 for pages whose slots are blocks of the
relation, the highest for the root. pageno: number of the page among those of
its level. first_block, last_block: blocks of the relation that lie below the
page. max_bytes: the greatest free space promised below it, in bytes.
slots_used: slots that are not 0. next_slot: where the next search starts
(fp_next_slot). consistent: every node is the greater of its children; false
is repaired by the server when it searches. problem: what is wrong with the
page, else null.
Rights: structure tier. Errors: 42501, 42809 and 0A000 for other kinds of
relations. Source: src/backend/storage/freespace/README.';

REVOKE ALL ON FUNCTION arch_inspect.fsm_tree(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.fsm_tree(regclass) TO PUBLIC;

