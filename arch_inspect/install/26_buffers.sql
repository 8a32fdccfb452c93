--
-- Shared buffers
--
CREATE FUNCTION arch_parts.buffers()
RETURNS TABLE (
	bufferid integer,
	tablespace oid,
	database oid,
	relfilenode oid,
	relation regclass,
	fork text,
	blkno bigint,
	dirty boolean,
	usage_count integer,
	pins integer,
	flags text[])
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 16384 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_buffers';

COMMENT ON FUNCTION arch_parts.buffers() IS
'The rows of the view arch_inspect.buffers. Rights: pg_monitor, as for
pg_buffercache. Source: src/include/storage/buf_internals.h.';

REVOKE ALL ON FUNCTION arch_parts.buffers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.buffers() TO pg_monitor;

CREATE VIEW arch_inspect.buffers AS
SELECT bufferid, tablespace, database, relfilenode, relation, fork,
	   blkno, dirty, usage_count, pins, flags
  FROM arch_parts.buffers();

COMMENT ON VIEW arch_inspect.buffers IS
'A row for each shared buffer, and the page in it.
A row for each shared buffer, also unused ones, whose columns are null save
bufferid and flags. Headers are looked at without a lock, so the rows are of
slightly different moments; no buffer is pinned and no usage count is raised.
Rights: pg_monitor. Source: src/include/storage/buf_internals.h,
src/backend/storage/buffer/README.';
COMMENT ON COLUMN arch_inspect.buffers.bufferid IS 'number of the buffer, from 1';
COMMENT ON COLUMN arch_inspect.buffers.tablespace IS 'tablespace of the file the page belongs to';
COMMENT ON COLUMN arch_inspect.buffers.database IS 'database, 0 for relations that all databases share';
COMMENT ON COLUMN arch_inspect.buffers.relfilenode IS 'number of the file';
COMMENT ON COLUMN arch_inspect.buffers.relation IS 'the relation, null if it is of another database';
COMMENT ON COLUMN arch_inspect.buffers.fork IS 'main, fsm, vm or init';
COMMENT ON COLUMN arch_inspect.buffers.blkno IS 'block of the fork';
COMMENT ON COLUMN arch_inspect.buffers.dirty IS 'changed since it was read or written';
COMMENT ON COLUMN arch_inspect.buffers.usage_count IS 'rounds of the clock hand that it survives, at most 5';
COMMENT ON COLUMN arch_inspect.buffers.pins IS 'backends that use it now';
COMMENT ON COLUMN arch_inspect.buffers.flags IS 'BM_* bits by name';

REVOKE ALL ON arch_inspect.buffers FROM PUBLIC;
GRANT SELECT ON arch_inspect.buffers TO pg_monitor;

CREATE FUNCTION arch_parts.buffer_usage()
RETURNS TABLE (
	relation regclass,
	fork text,
	buffers integer,
	bytes bigint,
	dirty integer,
	pinned integer,
	avg_usage_count double precision,
	tablespace oid,
	database oid,
	relfilenode oid)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 100 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_buffer_usage';

COMMENT ON FUNCTION arch_parts.buffer_usage() IS
'The rows of the view arch_inspect.buffer_usage. Rights: pg_monitor, as for
pg_buffercache. Source: src/include/storage/buf_internals.h.';

REVOKE ALL ON FUNCTION arch_parts.buffer_usage() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.buffer_usage() TO pg_monitor;

CREATE VIEW arch_inspect.buffer_usage AS
SELECT relation, fork, buffers, bytes, dirty, pinned, avg_usage_count,
	   tablespace, database, relfilenode
  FROM arch_parts.buffer_usage();

COMMENT ON VIEW arch_inspect.buffer_usage IS
'Shared buffers by relation and fork.
Counted in one pass without a lock; the row without relfilenode counts unused
buffers, so that the sum of buffers is shared_buffers.
Rights: pg_monitor. Source: src/include/storage/buf_internals.h.';
COMMENT ON COLUMN arch_inspect.buffer_usage.relation IS 'the relation; null if it is of another database, or for unused buffers';
COMMENT ON COLUMN arch_inspect.buffer_usage.fork IS 'main, fsm, vm or init';
COMMENT ON COLUMN arch_inspect.buffer_usage.buffers IS 'how many buffers hold its pages';
COMMENT ON COLUMN arch_inspect.buffer_usage.bytes IS 'the same in bytes';
COMMENT ON COLUMN arch_inspect.buffer_usage.dirty IS 'of those changed since they were read or written';
COMMENT ON COLUMN arch_inspect.buffer_usage.pinned IS 'of those in use now';
COMMENT ON COLUMN arch_inspect.buffer_usage.avg_usage_count IS 'average usage count, 0 to 5';
COMMENT ON COLUMN arch_inspect.buffer_usage.tablespace IS 'tablespace of the file';
COMMENT ON COLUMN arch_inspect.buffer_usage.database IS 'database, 0 for relations that all databases share';
COMMENT ON COLUMN arch_inspect.buffer_usage.relfilenode IS 'number of the file; null for unused buffers';

REVOKE ALL ON arch_inspect.buffer_usage FROM PUBLIC;
GRANT SELECT ON arch_inspect.buffer_usage TO pg_monitor;

CREATE FUNCTION arch_parts.buffer_clock()
RETURNS TABLE (
	hand integer,
	passes bigint,
	free_buffers integer,
	pinned_buffers integer,
	next_bufferid integer,
	sweep integer)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 1 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_buffer_clock';

COMMENT ON FUNCTION arch_parts.buffer_clock() IS
'The row of the view arch_inspect.buffer_clock. Rights: pg_monitor, as for
pg_buffercache. Source: src/backend/storage/buffer/freelist.c.';

REVOKE ALL ON FUNCTION arch_parts.buffer_clock() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.buffer_clock() TO pg_monitor;

CREATE VIEW arch_inspect.buffer_clock AS
SELECT hand, passes, free_buffers, pinned_buffers, next_bufferid, sweep
  FROM arch_parts.buffer_clock();

COMMENT ON VIEW arch_inspect.buffer_clock IS
'Where the clock hand stands, and what it takes next.
One row: where the clock hand that looks for a buffer to reuse stands, and
which buffer it would take next if nobody touched any: the nearest unpinned
one with the smallest usage count. The hand and the statistics of the
background writer are left as they are.
Rights: pg_monitor. Source: src/backend/storage/buffer/freelist.c.';
COMMENT ON COLUMN arch_inspect.buffer_clock.hand IS 'buffer that the hand points to, from 1';
COMMENT ON COLUMN arch_inspect.buffer_clock.passes IS 'rounds that the hand has made since the server started';
COMMENT ON COLUMN arch_inspect.buffer_clock.free_buffers IS 'until 18 buffers in the free list, which are taken first; from 19 on, where there is no such list, those that hold no page';
COMMENT ON COLUMN arch_inspect.buffer_clock.pinned_buffers IS 'buffers in use now, which can not be taken';
COMMENT ON COLUMN arch_inspect.buffer_clock.next_bufferid IS 'buffer that the hand would take next; null if all are pinned';
COMMENT ON COLUMN arch_inspect.buffer_clock.sweep IS 'buffers that the hand would pass before';

REVOKE ALL ON arch_inspect.buffer_clock FROM PUBLIC;
GRANT SELECT ON arch_inspect.buffer_clock TO pg_monitor;

