--
-- arch_inspect: what row_layout and tuple_attributes tell of constraints NOT
-- NULL and of generated columns (from 18 on more: arch_inspect_columns_pg18)
--
CREATE TABLE regress_columns (
	a int PRIMARY KEY,
	b text NOT NULL,
	c int,
	d int GENERATED ALWAYS AS (c * 2) STORED,
	gone int NOT NULL);
ALTER TABLE regress_columns DROP COLUMN gone;
INSERT INTO regress_columns (a, b, c) VALUES (1, 'x', 3);
-- the name of the constraint is told from 18 on
SELECT attnum, attname ~ 'dropped' AS dropped, not_null IS NOT NULL AS not_null,
	   not_null = 'not null' AS bare, not_null ~ '^not null \(constraint regress_columns_[ab]_not_null\)$' AS named, generated
  FROM arch_inspect.row_layout('regress_columns') WHERE current_setting('server_version_num')::int < 180000
UNION ALL
SELECT attnum, attname ~ 'dropped', not_null IS NOT NULL,
	   not_null ~ '^not null \(constraint regress_columns_[ab]_not_null\)$', not_null = 'not null', generated
  FROM arch_inspect.row_layout('regress_columns') WHERE current_setting('server_version_num')::int >= 180000
 ORDER BY 1;
SELECT attname, storage FROM arch_inspect.tuple_attributes('regress_columns', '(0,1)') WHERE attnum < 5 ORDER BY attnum;
-- the same as the catalog, for every table
SELECT count(*) FROM pg_class AS c, LATERAL arch_inspect.row_layout(c.oid) AS l
  JOIN pg_attribute AS a ON a.attnum = l.attnum
 WHERE c.relkind = 'r' AND c.relnamespace = 'pg_catalog'::regnamespace AND a.attrelid = c.oid
   AND (a.attnotnull <> (l.not_null IS NOT NULL) OR (a.attgenerated = '') <> (l.generated IS NULL));
DROP TABLE regress_columns;
