--
-- The WAL as rows (src/wal/wal_records.c)
--
CREATE FUNCTION arch_inspect.wal_records(
	start_lsn pg_lsn,
	end_lsn pg_lsn DEFAULT NULL)
RETURNS TABLE (
	lsn pg_lsn,
	end_lsn pg_lsn,
	prev_lsn pg_lsn,
	xid xid,
	rmgr text,
	record_type text,
	length bigint,
	main_data_length bigint,
	fpi_length bigint,
	relation regclass,
	tablespace oid,
	database oid,
	filenode oid,
	fork text,
	blocks bigint[],
	action text,
	new_row text,
	description text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_wal_records';

COMMENT ON FUNCTION arch_inspect.wal_records(pg_lsn, pg_lsn) IS
'The records of the WAL, and what each did, in words.
From the first one at or after start_lsn to the last one that ends at or
before end_lsn; a NULL start_lsn is the redo pointer of the last checkpoint; a
NULL end_lsn, or one in the future, is the end of what is flushed (on a
standby: replayed) when the reading begins. Streamed, in constant memory.
lsn, end_lsn: start and end of the record; prev_lsn: start of the one before.
xid: transaction (or subtransaction) that wrote it; NULL for none. rmgr,
record_type: the server''s names of the resource manager and of what it logged
(custom and a number, UNKNOWN, where the extension that knows is not loaded).
length: bytes of the record, images included; main_data_length: of the part
about no block; fpi_length: of page images, as they are stored. relation:
whose files the record is about; NULL where it is about none, or no relation
of this database has these files (any more). tablespace, database, filenode:
these files; NULL for none. fork: main, fsm, vm or init; blocks: the blocks of
that relation and fork that the record refers to, in the order of the
references; both NULL for none. action: in words, what the record did; times
in UTC; NULL for a kind that is not known. new_row: the row version that it
made, where the record or its page image holds it whole and the role may see
the table''s values (its owner, pg_read_all_data, superuser, and no active
row-level security), several rows separated by "; "; a value that is not
sound, or of a type of unknown format, is a reason in angle brackets; else
NULL. description: the server''s own text, which differs from major to major;
NULL where it may hold data (a logical message, a record of an extension''s
own kind) for who is neither superuser nor in pg_read_server_files.
Rights: all records for superusers, pg_read_server_files and pg_monitor; for
others those about relations whose structure they may see (SELECT on the whole
table and no active row-level security, or pg_stat_scan_tables), and how the
transactions that made such records ended; a notice (01007) at the
end says how many were left out.
Where reading stops before the end (a segment was removed meanwhile, a bad
record) a warning says why and where the last good record ends, and the rows
read so far stay. Errors: 22023 for a start in the future or behind the end,
58P01 where the start can''t be read. Source:
src/backend/access/transam/xlogreader.c, src/include/access/xlogrecord.h,
src/backend/access/rmgrdesc/.';

REVOKE ALL ON FUNCTION arch_inspect.wal_records(pg_lsn, pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.wal_records(pg_lsn, pg_lsn) TO PUBLIC;

CREATE FUNCTION arch_inspect.page_history(
	rel regclass,
	blkno bigint,
	start_lsn pg_lsn DEFAULT NULL,
	end_lsn pg_lsn DEFAULT NULL,
	fork text DEFAULT 'main')
RETURNS TABLE (
	lsn pg_lsn,
	end_lsn pg_lsn,
	xid xid,
	rmgr text,
	record_type text,
	length bigint,
	fpi_length bigint,
	has_image boolean,
	is_page_lsn boolean,
	blocks bigint[],
	action text,
	new_row text,
	description text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_page_history';

COMMENT ON FUNCTION arch_inspect.page_history(regclass, bigint, pg_lsn, pg_lsn, text) IS
'The WAL records that made a page what it is.
The records that made a page what it is: those of the range that refer to
block blkno of the relation, in order. The range is that of wal_records(),
from the redo pointer of the last checkpoint on where start_lsn is NULL. A
block that was cut off has its history too; what happened to the relation''s
former files (before TRUNCATE, VACUUM FULL ...) is not in it.
has_image: whether the record holds an image of this block. is_page_lsn:
whether it is the last one applied: its end is the LSN on the page; NULL where
the block is not there (a hint bit or a cleared map bit can change a page
without a new LSN). The other columns are those of wal_records().
Rights: structure tier (SELECT on the whole table and no active row-level
security, or pg_stat_scan_tables). Errors: those of wal_records(), 42501,
42809 for a relation without pages, 22023 for an invalid block or fork.
Source: src/backend/access/transam/xlogreader.c.';

REVOKE ALL ON FUNCTION arch_inspect.page_history(regclass, bigint, pg_lsn, pg_lsn, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.page_history(regclass, bigint, pg_lsn, pg_lsn, text) TO PUBLIC;

CREATE FUNCTION arch_inspect.transaction_wal(
	xid xid,
	start_lsn pg_lsn DEFAULT NULL,
	end_lsn pg_lsn DEFAULT NULL)
RETURNS TABLE (
	lsn pg_lsn,
	end_lsn pg_lsn,
	prev_lsn pg_lsn,
	record_xid xid,
	rmgr text,
	record_type text,
	length bigint,
	main_data_length bigint,
	fpi_length bigint,
	relation regclass,
	tablespace oid,
	database oid,
	filenode oid,
	fork text,
	blocks bigint[],
	action text,
	new_row text,
	description text)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_transaction_wal';

COMMENT ON FUNCTION arch_inspect.transaction_wal(xid, pg_lsn, pg_lsn) IS
'What a transaction wrote to the WAL.
What a transaction wrote: the records of the range made by transaction xid and
its subtransactions (which are known once the record that ends it lies in the
range), and its end, also by COMMIT PREPARED. The range is that of
wal_records(), from the redo pointer of the last checkpoint on where start_lsn
is NULL; it is read twice. record_xid: the transaction or subtransaction that
wrote the record; the other columns are those of wal_records(). The end of the
log of a transaction that runs, or has not flushed, is not there yet.
Rights: all records for superusers, pg_read_server_files and pg_monitor; for
others those about relations whose structure they may see (SELECT on the whole
table and no active row-level security, or pg_stat_scan_tables), and how the
transactions that made such records ended; a notice (01007) at the
end says how many were left out. Where reading stops before the end
(a segment was removed meanwhile, a bad record) a warning says why and where
the last good record ends, and the rows read so far stay. Errors: 22023 for a
start in the future or behind the end, 58P01 where the start can''t be read.
Source: src/backend/access/transam/xact.c.';

REVOKE ALL ON FUNCTION arch_inspect.transaction_wal(xid, pg_lsn, pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.transaction_wal(xid, pg_lsn, pg_lsn) TO PUBLIC;

CREATE FUNCTION arch_inspect.wal_summary(
	start_lsn pg_lsn,
	end_lsn pg_lsn DEFAULT NULL)
RETURNS TABLE (
	rmgr text,
	record_type text,
	relation regclass,
	database oid,
	filenode oid,
	count bigint,
	bytes bigint,
	fpi_bytes bigint,
	share double precision)
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 200 COST 10000
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_wal_summary';

COMMENT ON FUNCTION arch_inspect.wal_summary(pg_lsn, pg_lsn) IS
'How much WAL was written, by kind and relation.
How much WAL was written, by resource manager, record type and relation: a row
for each that occurs in the range, which is that of wal_records(). relation,
database, filenode: as there. count: records. bytes: of the records, images
included; fpi_bytes: of page images alone. share: of all bytes that the role
may see, 0 to 1. Read in one pass, in memory that grows with the number of
rows only.
Rights: all records for superusers, pg_read_server_files and pg_monitor; for
others those about relations whose structure they may see (SELECT on the whole
table and no active row-level security, or pg_stat_scan_tables), and how the
transactions that made such records ended; a notice (01007) at the
end says how many were left out. Where reading stops before the end
(a segment was removed meanwhile, a bad record) a warning says why and where
the last good record ends, and the rows read so far stay. Errors: 22023 for a
start in the future or behind the end, 58P01 where the start can''t be read.
Source: src/backend/access/transam/xlogstats.c.';

REVOKE ALL ON FUNCTION arch_inspect.wal_summary(pg_lsn, pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.wal_summary(pg_lsn, pg_lsn) TO PUBLIC;
