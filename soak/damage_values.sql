-- Values whose bytes were spoiled, put into a table past their types' input
-- functions, by casts that look at nothing.  After damage.sql.
--
-- damage.spoil_values(rounds, each, setting) takes each type's values from
-- kinds and others, makes "each" spoiled ones of it a round, and prints them.
-- It returns how many were printed, and how many refused, by type.
SET client_min_messages = warning;
SET search_path = damage, pg_catalog;

-- bytea, aligned as a double: a cast may not change the alignment
CREATE TYPE damage.aligned;
CREATE FUNCTION damage.aligned_in(cstring) RETURNS damage.aligned AS 'byteain' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION damage.aligned_out(damage.aligned) RETURNS cstring AS 'byteaout' LANGUAGE internal IMMUTABLE STRICT;
CREATE TYPE damage.aligned (INPUT = damage.aligned_in, OUTPUT = damage.aligned_out, INTERNALLENGTH = variable, ALIGNMENT = double);

-- name: the type without a length of its own (bit is bit(1), "bit" is not);
-- carrier: the type whose values can be taken for those of it
CREATE TABLE damage.sound (type regtype, name text, carrier text, bytes bytea);
DO $$
DECLARE
	c record;
	carrier text;
BEGIN
	FOR c IN
		SELECT DISTINCT ON (t.oid) t.oid::regtype AS type, format('%I.%I', t.typnamespace::regnamespace, t.typname) AS name, a.attname, a.attrelid::regclass AS rel, t.typlen, t.typalign
		  FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
		 WHERE a.attrelid IN ('damage.kinds'::regclass, 'damage.others'::regclass) AND a.attnum > 0
		   AND t.typtype = 'b' AND t.typcategory <> 'A' AND t.oid NOT IN ('bytea'::regtype, 'text'::regtype)
		 ORDER BY t.oid
	LOOP
		carrier := CASE WHEN c.typlen = 8 THEN 'int8' WHEN c.typlen = 4 THEN 'int4' WHEN c.typlen = 16 THEN 'point'
			WHEN c.typlen = -1 THEN CASE c.typalign WHEN 'd' THEN 'damage.aligned' ELSE 'bytea' END END;
		CONTINUE WHEN carrier IS NULL OR carrier::regtype = c.type;
		BEGIN
			EXECUTE format('CREATE CAST (%s AS %s) WITHOUT FUNCTION', carrier, c.name);
			IF c.typlen = -1 THEN
				EXECUTE format('CREATE CAST (%s AS %s) WITHOUT FUNCTION', c.name, carrier);
				EXECUTE format('INSERT INTO damage.sound SELECT DISTINCT %L::regtype, %L, %L, %I::%s::text::bytea FROM %s WHERE length(%I::%s::text) < 4000 LIMIT 50',
					c.type, c.name, carrier, c.attname, carrier, c.rel, c.attname, carrier);
			ELSE
				INSERT INTO damage.sound VALUES (c.type, c.name, carrier, NULL);
			END IF;
		EXCEPTION WHEN duplicate_object OR invalid_object_definition THEN
			-- there is one with a function, or the two are not passed alike
			CONTINUE;
		END;
		EXECUTE format('CREATE TABLE damage.%I (v %s)', 'spoiled_' || c.type::oid, c.name);
	END LOOP;
END $$;

CREATE FUNCTION damage.absurd() RETURNS bytea LANGUAGE sql VOLATILE AS $$
	SELECT substr(decode((ARRAY['00000000', 'ffffffff', '7fffffff', '80000000', '00000080', 'ffffff7f', 'ffff0000', '01000000', '02000000', '00000040', '10000000', 'ffffff3f'])[1 + floor(random() * 12)::int], 'hex'),
		1, (ARRAY[1, 2, 4, 4])[1 + floor(random() * 4)::int])
$$;

-- one to three changes, near the head more often than not; at times a cut
CREATE FUNCTION damage.spoil(bytes bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	len int := length(bytes);
	at int;
BEGIN
	FOR i IN 1 .. 1 + floor(random() * 3)::int LOOP
		at := 1 + floor(random() * CASE WHEN random() < 0.6 THEN least(len, 24) ELSE len END)::int;
		bytes := CASE floor(random() * 6)::int
			WHEN 0 THEN overlay(bytes PLACING damage.absurd() FROM at)
			WHEN 1 THEN overlay(bytes PLACING damage.absurd() FROM 1 + (at - 1) / 4 * 4)
			WHEN 2 THEN set_byte(bytes, least(at, length(bytes)) - 1, floor(random() * 256)::int)
			WHEN 3 THEN set_byte(bytes, least(at, length(bytes)) - 1, (get_byte(bytes, least(at, length(bytes)) - 1) + 1) % 256)
			WHEN 4 THEN set_bit(bytes, floor(random() * 8 * length(bytes))::int, 1)
			ELSE CASE WHEN random() < 0.3 THEN substr(bytes, 1, greatest(at, 1)) ELSE overlay(bytes PLACING substr(bytes, 1 + floor(random() * len)::int, 4) FROM at) END
			END;
	END LOOP;
	RETURN bytes;
END $$;

CREATE FUNCTION damage.spoil_values(rounds int, each int, OUT type regtype, OUT printed bigint, OUT refused bigint)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	rel text;
	of text;
	name text;
BEGIN
	FOR round IN 1 .. rounds LOOP
		FOR type IN SELECT DISTINCT s.type FROM damage.sound AS s ORDER BY 1 LOOP
			rel := 'damage.spoiled_' || type::oid;
			EXECUTE 'TRUNCATE ' || rel;
			SELECT s.carrier, s.name INTO of, name FROM damage.sound AS s WHERE s.type = spoil_values.type LIMIT 1;
			IF of IN ('bytea', 'damage.aligned') THEN
				EXECUTE format('INSERT INTO %s SELECT damage.spoil(bytes)::text::%s::%s FROM (SELECT bytes FROM damage.sound, generate_series(1, %s) WHERE type = %L::regtype AND length(bytes) > 0 ORDER BY random() LIMIT %s) AS s',
					rel, of, name, each, type, each);
			ELSE
				EXECUTE format('INSERT INTO %s SELECT (%s)::%s FROM generate_series(1, %s) AS g (i)', rel,
					CASE of
						WHEN 'int4' THEN '(floor((random() - 0.5) * 4294967295)::int8 >> (i % 31))::bit(32)::int4'
						WHEN 'int8' THEN '(floor((random() - 0.5) * 4294967295)::int8 << 32 | floor(random() * 4294967295)::int8) >> (i % 63)'
						ELSE 'point((random() - 0.5) * 10.0 ^ (i % 300), random() * 10.0 ^ -(i % 300))' END,
					name, each);
			END IF;
			EXECUTE format('SELECT count(value), count(problem) FROM arch_inspect.heap_attributes(%L)', rel) INTO printed, refused;
			RETURN NEXT;
		END LOOP;
	END LOOP;
END $$;
RESET search_path;
