
--
-- row_locks: who locks which row how
--

CREATE FUNCTION arch_inspect.row_locks(rel regclass)
RETURNS TABLE (tid tid, locker xid, multi boolean, xids xid[], modes text[], pids integer[],
	state text, waiting_pids integer[])
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10 ROWS 100
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_row_locks';

COMMENT ON FUNCTION arch_inspect.row_locks(regclass) IS
'Who locks which rows of a table, and how.
Every row that a running transaction locks, replaces or deletes, from the rows
themselves. locker: t_xmax; multi: it is a multixact. xids, modes, pids: the
holders that run, in the same order; a mode is ''for key share'', ''for
share'', ''for no key update'', ''for update'', ''no key update'' or
''update'' (a DELETE too), pid 0 is a prepared transaction (or, on a standby,
one of the primary). state: as in heap_page_items. waiting_pids: processes in
line for the row by the lock table, without order; NULL: none. Streamed. Needs
SELECT on the whole table and no row-level security, or pg_stat_scan_tables.
Makes visible: heapam.c (compute_new_xmax_infomask), multixact.c';
REVOKE ALL ON FUNCTION arch_inspect.row_locks(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.row_locks(regclass) TO PUBLIC;
