--
-- The files of a relation, and what the cluster stores in
--
CREATE FUNCTION arch_inspect.relation_forks(rel regclass)
RETURNS TABLE (
	fork text,
	path text,
	segments integer,
	pages bigint,
	bytes bigint)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 3 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_relation_forks';

COMMENT ON FUNCTION arch_inspect.relation_forks(regclass) IS
'The files of a relation: forks, segments, bytes.
The forks of a table, index, sequence or TOAST table that exist as files:
main, fsm (free space map), vm (visibility map), init (of an unlogged
relation).
path: of the first segment, in the data directory. segments: files of at most
1 GB (RELSEG_SIZE pages). pages, bytes: length of the fork.
Rights: structure tier. Errors: 42501, 42809 and 0A000 for other kinds of
relations. Source: src/common/relpath.c, src/backend/storage/smgr/md.c.';

REVOKE ALL ON FUNCTION arch_inspect.relation_forks(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.relation_forks(regclass) TO PUBLIC;

CREATE VIEW arch_inspect.storage AS
SELECT current_setting('block_size')::integer AS block_size,
	   pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.oid)) AS db_size,
	   pg_catalog.pg_database_size(d.oid) AS db_bytes,
	   d.datname AS database,
	   t.spcname AS tablespace,
	   'base/' || d.oid AS directory,
	   pg_catalog.pg_size_bytes(current_setting('segment_size')) AS segment_bytes,
	   current_setting('data_checksums')::boolean AS data_checksums,
	   (SELECT count(*) FROM pg_catalog.pg_class WHERE relkind IN ('r', 'm')) AS tables,
	   (SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'i') AS indexes,
	   (SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 't') AS toast_tables
  FROM pg_catalog.pg_database d
  JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
 WHERE d.datname = pg_catalog.current_database();

COMMENT ON VIEW arch_inspect.storage IS
'How this database is stored, in one row.
Block_size: bytes of a page, fixed when the server was built. db_size,
db_bytes: the database''s files, in words and in bytes. database, tablespace:
its name and default tablespace. directory: of its files in the default
tablespace pg_default, relative to the data directory; elsewhere it lies below
pg_tblspc. segment_bytes: at this size a relation''s file is continued in
another. data_checksums: whether pages carry checksums. tables (materialized
views too), indexes, toast_tables: how many relations of each kind there are.
Rights: everybody who may connect to the database. Source:
src/include/pg_config.h.in, src/backend/utils/adt/dbsize.c.';
COMMENT ON COLUMN arch_inspect.storage.block_size IS 'bytes of a page';
COMMENT ON COLUMN arch_inspect.storage.db_size IS 'size of the database''s files, for reading';
COMMENT ON COLUMN arch_inspect.storage.db_bytes IS 'size of the database''s files in bytes';
COMMENT ON COLUMN arch_inspect.storage.database IS 'name of the database';
COMMENT ON COLUMN arch_inspect.storage.tablespace IS 'its default tablespace';
COMMENT ON COLUMN arch_inspect.storage.directory IS 'base/ and the database''s oid';
COMMENT ON COLUMN arch_inspect.storage.segment_bytes IS 'bytes of a full segment file';
COMMENT ON COLUMN arch_inspect.storage.data_checksums IS 'whether pages carry checksums';
COMMENT ON COLUMN arch_inspect.storage.tables IS 'tables and materialized views';
COMMENT ON COLUMN arch_inspect.storage.indexes IS 'indexes';
COMMENT ON COLUMN arch_inspect.storage.toast_tables IS 'TOAST tables';

REVOKE ALL ON arch_inspect.storage FROM PUBLIC;
GRANT SELECT ON arch_inspect.storage TO PUBLIC;

