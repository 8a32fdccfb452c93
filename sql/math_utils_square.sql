--
-- math_utils: square()
--
SELECT square(12);
SELECT square(46340), square(-46340);
SELECT square(46341);		-- fail, out of range
SELECT square(181::smallint), pg_typeof(square(181::smallint));
SELECT square(182::smallint);	-- fail, out of range
SELECT square((-32768)::smallint);	-- fail, out of range
SELECT square(3037000499::bigint);
SELECT square(3037000500::bigint);	-- fail, out of range
SELECT square((-9223372036854775808)::bigint);	-- fail, out of range
SELECT square(1.5::real), square(1.5::float8), pg_typeof(square(1.5::real));
SELECT square('1e20'::real);	-- fail, overflow
SELECT square('1e-30'::real);	-- fail, underflow
SELECT square('1e200'::float8);	-- fail, overflow
SELECT square('1e-200'::float8);	-- fail, underflow
SELECT square('NaN'::float8), square('-Infinity'::float8), square('-0'::float8);
SELECT square(12345678901234567890.123456789), square('NaN'::numeric), square('-Infinity'::numeric);
SELECT square('1e70000'::numeric);	-- fail, overflow
SELECT square(NULL::int2), square(NULL::int4), square(NULL::int8),
	   square(NULL::real), square(NULL::float8), square(NULL::numeric);
-- the same answer as x * x
SELECT count(*) FROM generate_series(-1000, 1000) AS x
 WHERE square(x) <> x * x OR square(x::bigint) <> x::bigint * x
	OR square(x::numeric / 7) <> (x::numeric / 7) * (x::numeric / 7)
	OR square(x::float8 / 7) <> (x::float8 / 7) * (x::float8 / 7);
-- what the lesson's function can't: stand in an index
CREATE TABLE squares (x int);
CREATE INDEX ON squares (square(x));
DROP TABLE squares;
