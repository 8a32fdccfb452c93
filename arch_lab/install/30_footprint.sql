--
-- footprint (src/footprint/footprint.c)
--
CREATE FUNCTION arch_lab.footprint(
	sql text,
	OUT kind text, OUT name text, OUT relation regclass,
	OUT count bigint, OUT bytes bigint, OUT detail text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'al_footprint'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 20;

COMMENT ON FUNCTION arch_lab.footprint(text) IS
'Runs a statement, as the caller and in the caller''s transaction, and says what it cost; what it returns is thrown away, its error is the error of footprint. Rows by kind:
time: milliseconds (in detail). rows: processed. transaction: count is 1 where the statement made the server assign a transaction id. wal: records, with their bytes, and page images, as this session''s own counters have them. wal record: the same records by kind and relation, from the log, with what it did where there is one; "others of this statement" are those the log does not show as this statement''s. pages: changed, by relation, as the log has them. tuples: inserted, updated (hot updated among them) and deleted, by table. buffers: pages found in shared buffers (hit), read, dirtied (made dirty by this statement) and written. lock: locks that the statement took and still holds; detail is the kind of lock.
relation, count, bytes, detail: NULL where they say nothing. Flushes the WAL, to read it. Rights: for everybody; the statement needs its own, and records are shown as arch_inspect.wal_records() shows them. Errors: 0A000 for BEGIN, COMMIT, COPY from or to the client. Source: src/backend/executor/instrument.c, src/backend/access/transam/xloginsert.c.';

REVOKE ALL ON FUNCTION arch_lab.footprint(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.footprint(text) TO PUBLIC;
