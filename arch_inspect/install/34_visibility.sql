
--
-- visibility: which version a snapshot sees, and why
--

CREATE FUNCTION arch_inspect.explain_visibility(rel regclass, tid tid, snapshot pg_snapshot DEFAULT NULL,
	OUT step integer, OUT question text, OUT answer text, OUT evidence text, OUT explanation text)
RETURNS SETOF record
LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL RESTRICTED COST 1000 ROWS 8
AS 'MODULE_PATHNAME', 'ai_explain_visibility';

COMMENT ON FUNCTION arch_inspect.explain_visibility(regclass, tid, pg_snapshot) IS
'Why a row version is seen or not, step by step.
Of the version at tid: question, answer, evidence (where the answer came from:
hint bit, commit log, frozen, running transactions, snapshot, subtransaction
parent, multixact members, command id, own transaction) and an explanation for
a person; then the verdict, where the newer version is, and whether VACUUM may
remove this one. Through the snapshot of the statement, or through the one
given (pg_current_snapshot() of any session), which knows neither
subtransactions nor command ids: where the parent of a subtransaction is not
kept any more, the verdict is unknown. Sets no hint bit. NULL rel or tid: no
rows. Needs SELECT on the whole table and no row-level security, or
pg_stat_scan_tables. Errors: not a table, block out of range. Makes visible:
heapam_visibility.c (HeapTupleSatisfiesMVCC)';
REVOKE ALL ON FUNCTION arch_inspect.explain_visibility(regclass, tid, pg_snapshot) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.explain_visibility(regclass, tid, pg_snapshot) TO PUBLIC;

CREATE FUNCTION arch_inspect.heap_visibility(rel regclass, snapshot pg_snapshot DEFAULT NULL)
RETURNS TABLE (tid tid, visible boolean, removable boolean, state text, rule text,
	evidence text, decided_by xid, problem text)
LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED COST 10 ROWS 1000
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_heap_visibility';

COMMENT ON FUNCTION arch_inspect.heap_visibility(regclass, pg_snapshot) IS
'Which row versions of a table are seen, and why.
Visible: the snapshot of the statement, or the one given, sees it; NULL where
a query may end in an error, and where a given snapshot doesn''t tell: it
lists no subtransactions, and whose subtransaction the version''s maker was
may not be kept any more. removable: VACUUM may remove it now. state: as in
heap_page_items. rule: what decided; evidence: where that came from;
decided_by: the transaction it hinges on. problem: what is wrong with the
tuple or, in a row with offset 0, with the page. A NULL snapshot is the
statement''s own. Streamed. Sets no hint bit. Needs SELECT on the whole table
and no row-level security, or pg_stat_scan_tables. Makes visible:
heapam_visibility.c (HeapTupleSatisfiesMVCC, HeapTupleSatisfiesVacuum)';
REVOKE ALL ON FUNCTION arch_inspect.heap_visibility(regclass, pg_snapshot) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.heap_visibility(regclass, pg_snapshot) TO PUBLIC;
