# tuples.sh - attributes and toasted values of a whole table, beside
# pageinspect's splitting functions and a sequential scan
#
# The table "rows" has five columns, short text among them, and no toasted
# value; every row of "docs" has one in the row and one outside.

. bench/lib.sh

case $BENCH_SIZE in small) rows=100000 docs=5000 ;; *) rows=10000000 docs=200000 ;; esac

psql -X -q <<SQL
CREATE EXTENSION pageinspect;
CREATE TABLE rows AS
SELECT i AS id, i::bigint * 7 AS n, 'row ' || i AS t, i % 3 = 0 AS b, now() AS ts
  FROM generate_series(1, $rows) AS i;
CREATE TABLE docs (id int, small text, body text, big text);
ALTER TABLE docs ALTER big SET STORAGE external;
INSERT INTO docs SELECT i, 'doc ' || i, repeat('some words that compress ' || i, 100), repeat('x', 2100)
  FROM generate_series(1, $docs) AS i;
VACUUM (FREEZE, ANALYZE) rows;
VACUUM (FREEZE, ANALYZE) docs;
CREATE EXTENSION pg_prewarm;
\\o /dev/null
SELECT pg_prewarm('rows'), pg_prewarm('docs');
SQL

# A few pages are enough to know what pageinspect takes; it works page by page.
pages=$(psql -X -A -t -c "SELECT least(2000, pg_relation_size('rows') / 8192)")
last=$((pages - 1))

# heap_tuple_data has pageinspect's shape, a row a tuple; heap_attributes has a
# row for each attribute, which pageinspect has only once it is unnested.
contest "attributes of $pages pages" 7 \
	"heap_tuple_data, raw bytes" \
	"SELECT count(attrs) FROM arch_inspect.heap_tuple_data('rows', 0, $last)" \
	"heap_tuple_data, printed values" \
	"SELECT count(\"values\") FROM arch_inspect.heap_tuple_data('rows', 0, $last)" \
	"heap_attributes, raw bytes" \
	"SELECT count(raw) FROM arch_inspect.heap_attributes('rows', 0, $last)" \
	"heap_attributes, places and lengths" \
	"SELECT count(\"offset\" + length) FROM arch_inspect.heap_attributes('rows', 0, $last)" \
	"heap_attributes, printed values" \
	"SELECT count(value) FROM arch_inspect.heap_attributes('rows', 0, $last)" \
	"tuple_data_split" \
	"SELECT count(tuple_data_split('rows'::regclass, t_data, t_infomask, t_infomask2, t_bits)) FROM generate_series(0, $last) AS b, heap_page_items(get_raw_page('rows', b))" \
	"tuple_data_split, a row an attribute" \
	"SELECT count(a) FROM generate_series(0, $last) AS b, heap_page_items(get_raw_page('rows', b)), unnest(tuple_data_split('rows'::regclass, t_data, t_infomask, t_infomask2, t_bits)) AS a" \
	"heap_page_item_attrs" \
	"SELECT count(t_attrs) FROM generate_series(0, $last) AS b, heap_page_item_attrs(get_raw_page('rows', b), 'rows'::regclass)"

contest "toasted values of a table that has none, $rows rows" 5 \
	"sequential scan"	"SELECT count(*) FROM rows" \
	"toast_values"		"SELECT count(*) FROM arch_inspect.toast_values('rows')"

contest "toasted values, two in each of $docs rows" 11 \
	"sequential scan"	"SELECT count(*) FROM docs" \
	"sequential scan that reads the values' columns"	"SELECT count(body), count(big) FROM docs" \
	"toast_values"		"SELECT count(*) FROM arch_inspect.toast_values('docs')" \
	"toast_values, sizes"	"SELECT sum(raw_size), sum(stored_size) FROM arch_inspect.toast_values('docs')" \
	"pg_column_size and pg_column_compression"	"SELECT sum(pg_column_size(body)), sum(pg_column_size(big)), count(pg_column_compression(body)) FROM docs"

contest "row_layout" 3 \
	"row_layout"		"SELECT count(*) FROM arch_inspect.row_layout('rows')" \
	"sequential scan"	"SELECT count(*) FROM rows"
