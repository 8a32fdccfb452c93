--
-- math_utils: round_half_even(), round_significant(), clamp(), linspace()
--
SELECT x, round_half_even(x), round_half_even(x, 1)
  FROM unnest('{0.5,1.5,2.5,-0.5,-1.5,-2.5,0.25,0.35,0.449999,0.2500001,99.95,0,NaN,Infinity,-Infinity}'::numeric[]) AS x;
SELECT round_half_even(12345, -1), round_half_even(12350, -2), round_half_even(12450, -2), round_half_even(50, -2), round_half_even(150, -2),
	   round_half_even(50.0000001, -2), round_half_even(1, -2147483648), round_half_even(7, 3), round_half_even(99.995, 2);
SELECT length(round_half_even(1, 2147483647)::text), length(round_half_even('9e131071'::numeric, 0)::text);
SELECT round_half_even('9e131071'::numeric, -131072);	-- fail, overflow
-- no tie: the same as core's round; a tie: the even neighbour
SELECT count(*) AS wrong FROM generate_series(-3000, 3000) AS i, generate_series(-2, 2) AS s
 WHERE round_half_even(i / 16.0, s) <> CASE WHEN abs(i / 16.0 - trunc(i / 16.0, s)) * 2 = 10::numeric ^ -s
		THEN 2 * 10::numeric ^ -s * round(i / 16.0 / (2 * 10::numeric ^ -s)) ELSE round(i / 16.0, s) END;
SELECT round_significant(1234.5678, 2), round_significant(0.00123456, 2), round_significant(9.99, 2), round_significant(-0.1234, 6), round_significant(25, 1),
	   round_significant(0.00, 3), round_significant('NaN'::numeric, 3), round_significant('-Infinity'::numeric, 3), round_significant(1234, 2147483647) = 1234;
SELECT round_significant('9.9e131071'::numeric, 1);	-- fail, overflow
SELECT round_significant(1234.5678::float8, 2), round_significant(0.00123456::float8, 3), round_significant('5e-324'::float8, 1), round_significant(2.5::float8, 1),
	   round_significant(0.1::float8, 17), round_significant('-0'::float8, 1), round_significant('NaN'::float8, 1), round_significant('-Infinity'::float8, 1);
SELECT round_significant('1.7976931348623157e308'::float8, 1);	-- fail, overflow
SELECT round_significant(1.0, 0);	-- fail
SELECT round_significant(1.0::float8, -1);	-- fail
SELECT clamp(5, 1, 3), clamp(-5, 1, 3), clamp(2.5, 1, 3), clamp('x'::text, 'a', 'c'), clamp('NaN'::float8, 0, 1), clamp(date '2020-01-01', '2021-01-01', '2022-01-01'), clamp(2, 2, 2);
SELECT clamp(1, 3, 2);	-- fail, bounds the wrong way round
SELECT clamp(1, 'NaN'::float8, 2);	-- fail
SELECT clamp('(1,1)'::point, '(0,0)', '(2,2)');	-- fail, no order
SELECT clamp(NULL, 1, 2), clamp(1, NULL, 2), clamp(1, 2, NULL);
SELECT array_agg(x) FROM linspace(0, 1, 11) AS x;
SELECT array_agg(x) FROM linspace(-1.7e308, 1.7e308, 3) AS x;
SELECT array_agg(x) FROM linspace(1, 1, 3) AS x;
SELECT array_agg(x) FROM linspace(5, -5, 1) AS x;
SELECT count(*), min(x), max(x) FROM linspace(5, -5, 0) AS x;
SELECT linspace(0, 1, -1);	-- fail
SELECT linspace('NaN', 1, 2);	-- fail
SELECT linspace(0, 'Infinity', 2);	-- fail
-- each value is the double next to the exact one
SELECT count(*) AS wrong FROM (VALUES (0.1::float8, 0.7::float8), (-3, 1e-3), (1e15, 1e-15)) AS v(a, b),
	   linspace(a, b, 1001) WITH ORDINALITY AS l(x, i)
 WHERE x <> (a::text::numeric(60, 40) + 0)::float8 AND abs(x::text::numeric(60, 40) - (a::text::numeric(60, 40) + (b::text::numeric(60, 40) - a::text::numeric(60, 40)) * (i - 1) / 1000)) > abs(x::text::numeric(60,40)) * 3e-16;
SELECT round_half_even(NULL), round_significant(NULL::numeric, 1), round_significant(1::float8, NULL), (SELECT count(*) FROM linspace(0, 1, NULL));
