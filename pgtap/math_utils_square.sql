BEGIN;
SELECT plan(9);

SELECT has_function('square', ARRAY[t], format('square(%s) exists', t))
  FROM unnest(ARRAY['smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric']) AS t;
SELECT is(square(-3), 9, 'a negative argument squares to a positive');
SELECT throws_ok('SELECT square(46341)', '22003', 'integer out of range',
				 'overflow is an error');
SELECT volatility_is('square', ARRAY['integer'], 'immutable', 'square can be indexed');

SELECT * FROM finish();
ROLLBACK;
