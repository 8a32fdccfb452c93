--
-- The order of the columns
--
CREATE FUNCTION arch_inspect.row_layout(
	rel regclass)
RETURNS TABLE (
	attnum integer,
	attname name,
	atttypid regtype,
	attlen integer,
	alignment integer,
	length double precision,
	null_fraction double precision,
	padding double precision,
	best_place integer,
	best_padding double precision,
	row_width double precision,
	best_row_width double precision,
	row_count bigint,
	saved_bytes bigint,
	order_proven boolean,
	not_null text,
	generated text)
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED ROWS 10 COST 10000
SUPPORT arch_parts.rows_support
AS 'MODULE_PATHNAME', 'ai_row_layout';

COMMENT ON FUNCTION arch_inspect.row_layout(regclass) IS
'How the columns lie in a row, and the thriftiest order.
A row for each column, dropped ones too.
attlen: bytes of a type of fixed length, null for the others. alignment in
bytes. length: what a value takes in the row, on average, where it is not
null. null_fraction: share of the rows that store nothing of it. padding:
bytes left unused before it, on average over all rows. best_place: its place,
from 1, in the proposed order (null for a dropped column, which a new table
would not have); the present order where none is better. best_padding: as
padding, in that order. row_width, best_row_width: bytes of a row, header and
final alignment included, on average: as it is, and in a copy of the table in
that order. row_count: rows of the table. saved_bytes: what such a copy
(CREATE TABLE AS) has less of over all of them, by its order, and because
dropped columns are not in it; negative where it has more, since rows that are
older than a column have its default only in a copy. order_proven: no order is
better for these rows; false where there are too many columns or kinds of rows
to tell, and then it is the best that was found. row_width to
order_proven are the same in each row. not_null: whether nulls are kept out,
and from 18 on by which constraint, and whether the rows that were there
before were checked (NOT VALID); null where nulls may come. generated: stored,
or (18 and later) virtual, which takes no bytes in a row but its bit in the
null bitmap; null for other columns. Averages and order_proven are null for a
table without rows.
Measured on the rows themselves: on all of a table of up to 2048 pages, else
on 2048 pages spread evenly over it; row_count and saved_bytes then are
estimates.
Rights: structure tier. Errors: 42501, 42809, 0A000. Source:
src/include/access/tupmacs.h.';

REVOKE ALL ON FUNCTION arch_inspect.row_layout(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.row_layout(regclass) TO PUBLIC;

