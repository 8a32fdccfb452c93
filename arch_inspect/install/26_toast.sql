--
-- TOAST: what is compressed or moved out, and why
--
CREATE FUNCTION arch_inspect.toast_values(
	rel regclass)
RETURNS TABLE (
	tid tid,
	attname name,
	storage text,
	strategy text,
	compression text,
	raw_size integer,
	stored_size integer,
	chunks integer,
	chunk_id oid,
	row_width integer,
	plain_width bigint,
	threshold integer,
	why text,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 1000 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_toast_values';

COMMENT ON FUNCTION arch_inspect.toast_values(regclass) IS
'Each compressed or toasted value of a table, and why.
Every value of a table that is compressed or stored in the TOAST table, in
every row version, and why.
tid, attname: the row version and the column. storage: compressed (in the row)
or external (in the TOAST table). strategy: the column''s, as ALTER TABLE ...
SET STORAGE names it (main, external, extended, plain); it rules new values
only. compression: pglz or lz4, null where the value is not compressed.
raw_size: bytes of the value itself. stored_size: bytes it takes, in the row
or in the TOAST table (without the 18 bytes of the pointer to it). chunks:
rows of the TOAST table, 0 for a value in the row. chunk_id: by which the
TOAST table knows it, null for a value in the row. row_width: bytes of the row
as it is. plain_width: what it would have if nothing were compressed or moved.
threshold: the row width beyond which the server begins to compress and move.
why: these figures in words, against the rules and the options of now; which
options ruled when the value was stored is not kept, and where they can''t
have been those of now, it says so. problem: what is wrong with a page or with
the value''s header, else null (the other columns are null then, as far as
they are not known).
Rights: structure tier. Errors: 42501, 42809, 0A000. Source:
src/backend/access/heap/heaptoast.c.';

REVOKE ALL ON FUNCTION arch_inspect.toast_values(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.toast_values(regclass) TO PUBLIC;

CREATE FUNCTION arch_inspect.toast_chunks(
	rel regclass,
	tid tid,
	attname name)
RETURNS TABLE (
	chunk_id oid,
	chunk_seq integer,
	chunk_tid tid,
	length integer,
	state text,
	data bytea,
	problem text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 10 COST 10
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_toast_chunks';

COMMENT ON FUNCTION arch_inspect.toast_chunks(regclass, tid, name) IS
'The chunks of one toasted value.
The rows of the TOAST table that hold the value of column attname in the row
version at tid; no row for a value that is not stored there.
chunk_id: the value''s id. chunk_seq: from 0. chunk_tid: where the chunk is in
the TOAST table, null for one that is missing. length: bytes in it; all but
the last have the same. state: of the chunk as a row version, as in
heap_page_items. data: the bytes. problem: what is wrong with the chunk, else
null: missing, of a wrong length, of another value, on a damaged page.
Rights: structure tier; data is null for who has not the values tier. Errors:
22023 for a block or line pointer that is not there, 42703 for a column that
is not, 42501, 42809, 0A000. Source:
src/backend/access/common/toast_internals.c.';

REVOKE ALL ON FUNCTION arch_inspect.toast_chunks(regclass, tid, name) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.toast_chunks(regclass, tid, name) TO PUBLIC;

