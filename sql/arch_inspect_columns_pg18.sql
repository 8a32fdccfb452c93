--
-- arch_inspect: constraints NOT NULL with a name, and generated columns that
-- are virtual (PostgreSQL 18 and later)
--
CREATE TABLE regress_columns (
	a int CONSTRAINT "of a" NOT NULL,
	b int,
	c text,
	v int GENERATED ALWAYS AS (a + 1) VIRTUAL,
	s int GENERATED ALWAYS AS (a + 1) STORED);
INSERT INTO regress_columns (a, b, c) VALUES (1, NULL, 'x');
ALTER TABLE regress_columns ADD CONSTRAINT of_b NOT NULL b NOT VALID;
ALTER TABLE regress_columns ADD COLUMN later int GENERATED ALWAYS AS (a * 2) VIRTUAL;
SELECT attname, not_null, generated, null_fraction, length, padding FROM arch_inspect.row_layout('regress_columns') ORDER BY attnum;
-- a virtual column stores nothing, in rows older than it neither
SELECT attname, storage, length, raw, value, problem FROM arch_inspect.tuple_attributes('regress_columns', '(0,1)') ORDER BY attnum;
SELECT attname, storage, length FROM arch_inspect.heap_attributes('regress_columns') WHERE storage = 'virtual' ORDER BY attnum;
UPDATE regress_columns SET b = 2;
ALTER TABLE regress_columns VALIDATE CONSTRAINT of_b;
SELECT attname, not_null FROM arch_inspect.row_layout('regress_columns') WHERE attname = 'b';
-- what the child has from its parent
CREATE TABLE regress_columns_child () INHERITS (regress_columns);
SELECT attname, not_null, generated FROM arch_inspect.row_layout('regress_columns_child') WHERE not_null IS NOT NULL OR generated IS NOT NULL ORDER BY attnum;
DROP TABLE regress_columns_child, regress_columns;
