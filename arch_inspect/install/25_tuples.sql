--
-- Tuples, attribute by attribute
--
-- The functions that print values are PARALLEL UNSAFE: a value that its type
-- refuses to print is caught by a subtransaction, which a parallel operation
-- does not allow before PostgreSQL 17.
--
CREATE FUNCTION arch_inspect.tuple_attributes(
	rel regclass,
	tid tid)
RETURNS TABLE (
	attnum integer,
	attname name,
	atttypid regtype,
	"offset" integer,
	length integer,
	padding integer,
	storage text,
	compression text,
	raw_size integer,
	raw bytea,
	value text,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 10 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_tuple_attributes';

COMMENT ON FUNCTION arch_inspect.tuple_attributes(regclass, tid) IS
'The attributes of one tuple: bytes and values.
The attributes of one tuple of a table, materialized view or TOAST table: the
one at tid, a row version that need not be visible. A row for each column the
table has, dropped ones too; no row for a line pointer without a tuple.
attnum, attname, atttypid: the column (the type is null once it is dropped).
offset: bytes from the tuple''s first byte, header included. length: bytes
stored in the tuple, with the value''s own header; null where nothing is
stored. padding: bytes unused before it, for alignment. storage: fixed (of
fixed length), short (one-byte header), plain (four-byte header), compressed
(in the tuple), external (a pointer of 18 bytes into the TOAST table), null
(its bit in the null bitmap), missing (the column was added after the tuple
was made; its default is shown), virtual (a generated column of 18 and later
that is reckoned when it is read: its null bit is all there is), dropped.
compression: pglz or lz4, null where
the value is not compressed. raw_size: bytes of the value itself, plain and
without a header. raw: the bytes stored in the tuple. value: as the type
prints it, fetched from the TOAST table and decompressed if need be; a
generated virtual column (18 and later) stores nothing and shows null.
problem: what is wrong, else null; of the value itself only where value is
asked for, and then a value may stand beside what its type warns of.
Rights: structure tier; raw and value are null for who has not the values tier
(the table''s owner, pg_read_all_data or superuser, and no active row-level
security). A value whose bytes are not sound is null with the reason in
problem, and so is one of a type of unknown format, unless every page that it
came from was read from disk for it and has the right checksum. A warning of
the type''s output function is a problem beside the value. Errors: 22023 for a
block that is not there, 42501, 42809, 0A000. Source:
src/include/access/htup_details.h, src/include/varatt.h.';

REVOKE ALL ON FUNCTION arch_inspect.tuple_attributes(regclass, tid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.tuple_attributes(regclass, tid) TO PUBLIC;

CREATE FUNCTION arch_inspect.heap_attributes(
	rel regclass,
	first_block bigint DEFAULT NULL,
	last_block bigint DEFAULT NULL)
RETURNS TABLE (
	blkno bigint,
	lp integer,
	attnum integer,
	attname name,
	atttypid regtype,
	"offset" integer,
	length integer,
	padding integer,
	storage text,
	compression text,
	raw_size integer,
	raw bytea,
	value text,
	problem text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_heap_attributes';

COMMENT ON FUNCTION arch_inspect.heap_attributes(regclass, bigint, bigint) IS
'The attributes of all tuples of a table.
The attributes of all tuples of a table, or of its blocks first_block to
last_block (null: from the first, to the last): tuple_attributes'' columns
with blkno and lp, the block and the line pointer, in front. A damaged page or
tuple is a row of its own with problem filled and attnum null. Streams, and
makes only the columns that the query names.
Rights and errors as for tuple_attributes. Source:
src/include/access/htup_details.h, src/include/varatt.h.';

REVOKE ALL ON FUNCTION arch_inspect.heap_attributes(regclass, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.heap_attributes(regclass, bigint, bigint) TO PUBLIC;

CREATE FUNCTION arch_inspect.heap_tuple_data(
	rel regclass,
	first_block bigint DEFAULT NULL,
	last_block bigint DEFAULT NULL)
RETURNS TABLE (
	blkno bigint,
	lp integer,
	attrs bytea[],
	"values" text[],
	problem text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_heap_tuple_data';

COMMENT ON FUNCTION arch_inspect.heap_tuple_data(regclass, bigint, bigint) IS
'All tuples of a table, with their bytes and values.
All tuples of a table, or of its blocks first_block to last_block (null: from
the first, to the last), a row each.
blkno, lp: the block and the line pointer. attrs: the stored bytes of each
column, null for one that stores none, as heap_page_item_attrs of pageinspect
has them. values: what the columns'' types print, null where there is nothing
or it can''t be printed; tuple_attributes tells which. problem: the first
thing wrong with the page, the tuple or the place of an attribute, else null;
attrs and values are null where it is not the place of an attribute.
Rights and errors as for tuple_attributes; attrs and values are null for who
has not the values tier. Source: src/include/access/htup_details.h.';

REVOKE ALL ON FUNCTION arch_inspect.heap_tuple_data(regclass, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.heap_tuple_data(regclass, bigint, bigint) TO PUBLIC;
