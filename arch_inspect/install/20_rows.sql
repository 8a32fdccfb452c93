--
-- The planner support function that all set-returning functions share.
--
CREATE FUNCTION arch_parts.rows_support(internal)
RETURNS internal
LANGUAGE C STRICT STABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ai_rows_support';

COMMENT ON FUNCTION arch_parts.rows_support(internal) IS
'Planner support function of this extension''s set-returning functions: tells
the planner how many rows they will return, and loads the library, which then
runs them as a scan of its own (Custom Scan in EXPLAIN). Not to be called from
SQL. Source: src/include/nodes/supportnodes.h.';

REVOKE ALL ON FUNCTION arch_parts.rows_support(internal) FROM PUBLIC;

