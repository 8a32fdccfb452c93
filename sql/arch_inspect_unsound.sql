-- Values that no input function makes: what an output function asserts, takes
-- for granted, or would print without an end.  They come in by casts that look
-- at nothing, and each is refused with a reason of its own.
CREATE SCHEMA unsound;
SET search_path = unsound, public;
SET datestyle = iso;
SET client_min_messages = warning;
CREATE EXTENSION hstore SCHEMA unsound;
CREATE EXTENSION ltree SCHEMA unsound;
CREATE EXTENSION cube SCHEMA unsound;
CREATE EXTENSION isn SCHEMA unsound;
CREATE EXTENSION intarray SCHEMA unsound;
CREATE TYPE aligned;
CREATE FUNCTION aligned_in(cstring) RETURNS aligned AS 'byteain' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION aligned_out(aligned) RETURNS cstring AS 'byteaout' LANGUAGE internal IMMUTABLE STRICT;
CREATE TYPE aligned (INPUT = aligned_in, OUTPUT = aligned_out, INTERNALLENGTH = variable, ALIGNMENT = double);
RESET client_min_messages;

CREATE TABLE tries (n int GENERATED ALWAYS AS IDENTITY, type text, carrier text, bytes text, what text);
INSERT INTO tries (type, carrier, bytes, what) VALUES
	('"bit"', 'bytea', '\x05000000f8', 'sound'),
	('"bit"', 'bytea', '\x05000000f9', 'padding that is not zero'),
	('varbit', 'bytea', '\x010000000f', 'padding that is not zero'),
	('varbit', 'bytea', '\x0900000080', 'a byte missing'),
	('date', 'int4', '9000', 'sound'),
	('date', 'int4', '2147483000', 'behind the last day'),
	('date', 'int4', '-2147480000', 'before the first day'),
	('time', 'int8', '86400000000', 'sound'),
	('time', 'int8', '86400000001', 'longer than a day'),
	('time', 'int8', '-1', 'before midnight'),
	('timestamp', 'int8', '9223372036854775000', 'behind the last one, which the type prints'),
	('numeric', 'bytea', '\x00810f27', 'sound'),
	('numeric', 'bytea', '\x00811027', 'a digit of 10000'),
	('numeric', 'bytea', '\x00e0', 'a special value that is none'),
	('inet', 'bytea', '\x0221c0a80101', 'a mask of 33 bits'),
	('jsonb', 'bytea', '\x010000400800005001000040'||'00000040', 'sound: [[null]]'),
	('jsonb', 'bytea', '\x010000400800005001000050'||'00000040', 'a lone scalar inside an array'),
	('tsquery', 'bytea', '\x03000000'||'020402000200000000000000'||'010000000000000001000000'||'010000000000000001200000'||'61006200', 'sound: a <2> b'),
	('tsquery', 'bytea', '\x03000000'||'0204ffff0200000000000000'||'010000000000000001000000'||'010000000000000001200000'||'61006200', 'a distance beyond all positions'),
	('tsquery', 'bytea', '\x02000000'||'010000000000000001000000'||'010000000000000001200000'||'61006200', 'two roots'),
	('jsonpath', 'bytea', '\x01000080'||'03000000'||'0000000005000000', 'a boolean cut off'),
	('jsonpath', 'bytea', '\x02000080'||'0000000000000000', 'another version'),
	('jsonpath', 'bytea', '\x01000080'||'1b00000008000000'||'1b00000000000000', 'a root behind a root'),
	('jsonpath', 'bytea', '\x01000080'||'0100000000000000'||'03000000'||'61626361', 'a string without an end'),
	('path', 'aligned', '\x02000000'||'0000000000000000'||'00000000000000000000000000000000', 'a point missing'),
	('pg_snapshot', 'aligned', '\xffffffff'||'0000000000000000'||'0000000000000000', 'more transactions than bytes'),
	('pg_dependencies', 'bytea', '\x2c9a54b4'||'01000000'||'ffffffff'||'0000000000000000020001000200', 'more items than bytes'),
	('pg_ndistinct', 'bytea', '\xa4bf52a3'||'01000000'||'01000000'||'000000000000000000000080'||'0100', 'columns without number'),
	('hstore', 'bytea', '\x00000080', 'sound: empty'),
	('hstore', 'bytea', '\x01000000'||'01000080'||'02000000'||'6162', 'of the time before 9.0'),
	('hstore', 'bytea', '\x01000080'||'01000080'||'00000000'||'6162', 'a value that ends before it begins'),
	('hstore', 'bytea', '\xffffff8f'||'01000080'||'02000000'||'6162', 'more pairs than bytes'),
	('ltree', 'bytea', '\x0100'||'0000'||'010061', 'sound: a'),
	('ltree', 'bytea', '\xff7f'||'0000'||'0100610000000000', 'more labels than bytes'),
	('ltree', 'bytea', '\x0100'||'0000'||'ffff61', 'a label too long'),
	('lquery', 'bytea', '\x010000000000000000000000'||'10000000ffff00000000000000000000', 'variants outside their level'),
	('lquery', 'bytea', '\x010000000000000000000000'||'ffff0000000001000300000000000000', 'a level too long'),
	('ltxtquery', 'bytea', '\x01000000'||'020000000000000000010000'||'6100', 'sound: a'),
	('ltxtquery', 'bytea', '\x01000000'||'020000000000000000010000'||'616263646500', 'an operand longer than it says'),
	('ltxtquery', 'bytea', '\x01000000'||'030001002600000000000000'||'00', 'an operator without operands'),
	('query_int', 'bytea', '\x02000000'||'0200000005000000'||'0300000021000000', 'sound: !5'),
	('query_int', 'bytea', '\x01000000'||'0300000021000000', 'an operator without operands'),
	('cube', 'aligned', '\x01000080'||'000000000000f03f', 'sound: (1)'),
	('cube', 'aligned', '\x02000080'||'000000000000f03f', 'a coordinate missing'),
	('cube', 'aligned', '\xffffff7f'||'000000000000f03f', 'dimensions without number'),
	('ean13', 'int8', '9223372036854775807', 'more than thirteen digits');
CREATE TABLE answers (n int, value text, problem text);
DO $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT DISTINCT type, carrier FROM tries ORDER BY 1 LOOP
		EXECUTE format('CREATE CAST (%s AS %s) WITHOUT FUNCTION', t.carrier, t.type);
	END LOOP;
	FOR t IN SELECT * FROM tries ORDER BY n LOOP
		EXECUTE format('CREATE TABLE try (v %s)', t.type);
		EXECUTE format('INSERT INTO try VALUES (%L::%s::%s)', t.bytes, t.carrier, t.type);
		EXECUTE format('INSERT INTO answers SELECT %s, value, problem FROM arch_inspect.heap_attributes(''try'')', t.n);
		DROP TABLE try;
	END LOOP;
	FOR t IN SELECT DISTINCT type, carrier FROM tries ORDER BY 1 LOOP
		EXECUTE format('DROP CAST (%s AS %s)', t.carrier, t.type);
	END LOOP;
END $$;
SELECT type, what, value, problem FROM tries JOIN answers USING (n) ORDER BY n;

-- A byte that is no character: the type prints it as it is, or escapes it (16).
CREATE TABLE bytes AS SELECT (-1)::"char" AS c;
SELECT coalesce(value = '\377', problem = 'what the type prints is not valid in the database encoding') FROM arch_inspect.heap_attributes('bytes');

SET client_min_messages = error;
RESET search_path;
DROP SCHEMA unsound CASCADE;
