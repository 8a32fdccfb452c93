-- Page headers: of one page, of all pages

CREATE TABLE ph (i int, x text);
SELECT * FROM arch_inspect.page_headers('ph');
SELECT * FROM arch_inspect.page_header('ph', 0);		-- fail, empty
INSERT INTO ph SELECT i, repeat('x', 50) FROM generate_series(1, 300) i;
CREATE INDEX ph_i ON ph (i);
CREATE INDEX ph_hash ON ph USING hash (i);
CREATE INDEX ph_brin ON ph USING brin (i);
CREATE SEQUENCE ph_seq;

-- a value
SELECT lsn > '0/0' AS lsn, flags, lower, upper, special, pagesize, version,
	   (prune_xid <> 0) = (current_setting('server_version_num')::int >= 190000) AS prune_xid,
	   free_bytes, kind, in_buffers, problem
  FROM arch_inspect.page_header('ph', 0);

-- every kind
SELECT r::regclass, blkno, kind, flags, problem
  FROM unnest('{ph,ph_i,ph_hash,ph_brin,ph_seq}'::regclass[]) r,
	   LATERAL arch_inspect.page_headers(r)
 WHERE blkno < 3
 ORDER BY 1, 2;
SELECT blkno, kind, problem FROM arch_inspect.page_headers('ph_seq');
VACUUM ph;
SELECT blkno, kind, flags, problem FROM arch_inspect.page_headers('ph') ORDER BY 1;
SELECT blkno, kind, problem FROM arch_inspect.page_headers('ph', fork => 'vm');
SELECT blkno, kind, problem FROM arch_inspect.page_headers('ph', fork => 'fsm');
SELECT count(*) FROM arch_inspect.page_headers('ph', fork => 'init');

-- ranges, and nulls
SELECT blkno FROM arch_inspect.page_headers('ph', 1, 2);
SELECT blkno FROM arch_inspect.page_headers('ph', 2, 1);
SELECT blkno FROM arch_inspect.page_headers('ph', first_block => 3);
SELECT blkno FROM arch_inspect.page_headers(NULL);
SELECT blkno FROM arch_inspect.page_headers('ph', fork => NULL);
SELECT kind FROM arch_inspect.page_header('ph', NULL);
SELECT kind FROM arch_inspect.page_header(NULL, 0);

-- each bound
SELECT kind FROM arch_inspect.page_header('ph', 3);
SELECT kind FROM arch_inspect.page_header('ph', 4);		-- fail, one too far
SELECT kind FROM arch_inspect.page_header('ph', -1);	-- fail, negative
SELECT kind FROM arch_inspect.page_header('ph', 4294967295);	-- fail
SELECT kind FROM arch_inspect.page_header('ph', 9223372036854775807);	-- fail
SELECT blkno FROM arch_inspect.page_headers('ph', 0, 4);	-- fail, one too far
SELECT kind FROM arch_inspect.page_header('ph', 0, 'heap');	-- fail, no such fork
SELECT kind FROM arch_inspect.page_header('ph', 0, 'init');	-- fail, no such file

-- the wrong kind of object
CREATE VIEW ph_view AS SELECT * FROM ph;
CREATE TABLE ph_part (i int) PARTITION BY RANGE (i);
CREATE INDEX ph_part_i ON ph_part (i);
CREATE FOREIGN DATA WRAPPER regress_ph_fdw;
CREATE SERVER regress_ph_server FOREIGN DATA WRAPPER regress_ph_fdw;
CREATE FOREIGN TABLE ph_foreign (i int) SERVER regress_ph_server;
CREATE TYPE ph_type AS (i int);
SELECT * FROM arch_inspect.page_header('ph_view', 0);		-- fail, a view
SELECT * FROM arch_inspect.page_header('ph_part', 0);		-- fail, partitioned
SELECT * FROM arch_inspect.page_header('ph_part_i', 0);		-- fail, partitioned index
SELECT * FROM arch_inspect.page_header('ph_foreign', 0);	-- fail, a foreign table
SELECT * FROM arch_inspect.page_headers('ph_type'::regclass);	-- fail, a type
SELECT * FROM arch_inspect.page_headers(1);		-- fail, no relation

-- temporary and unlogged tables
CREATE TEMP TABLE ph_temp AS SELECT 1 AS i;
SELECT kind, in_buffers, problem FROM arch_inspect.page_headers('ph_temp');
CREATE UNLOGGED TABLE ph_unlogged (i int);
CREATE INDEX ph_unlogged_i ON ph_unlogged (i);
SELECT count(*) FROM arch_inspect.page_headers('ph_unlogged', fork => 'init');
SELECT kind, problem FROM arch_inspect.page_headers('ph_unlogged_i', fork => 'init');

-- the same as pageinspect
CREATE EXTENSION pageinspect;
SELECT count(*) > 100 AS many,
	   count(*) FILTER (WHERE (h.lsn, h.checksum, h.lower, h.upper, h.special, h.pagesize, h.version, h.prune_xid)
						   IS DISTINCT FROM
						   (p.lsn, p.checksum::int & 65535, p.lower, p.upper, p.special, p.pagesize, p.version, p.prune_xid)) AS different,
	   count(*) FILTER (WHERE h.problem IS NOT NULL) AS problems
  FROM pg_class c,
	   LATERAL arch_inspect.page_headers(c.oid) h,
	   LATERAL public.page_header(public.get_raw_page(c.oid::regclass::text, h.blkno)) p
 WHERE c.relkind IN ('r', 'i', 't', 'm', 'S') AND c.relpersistence <> 't';
DROP EXTENSION pageinspect;

DROP VIEW ph_view;
DROP TABLE ph, ph_part, ph_unlogged;
DROP SEQUENCE ph_seq;
DROP TYPE ph_type;
DROP FOREIGN TABLE ph_foreign;
DROP SERVER regress_ph_server;
DROP FOREIGN DATA WRAPPER regress_ph_fdw;
