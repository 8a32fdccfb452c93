-- One session for all the properties; the results are compared with what this
-- backend computes itself.
BEGIN;
SELECT plan(26);

SELECT arch_lab.session_open('tap');

-- everything that belongs to it is there, described, and as it is declared
SELECT volatility_is('arch_lab', f, a, 'volatile', f || ' is volatile')
  FROM (VALUES ('session_open', '{text,text}'::name[]), ('session_run', '{text,text}'), ('session_send', '{text,text}'),
			   ('session_result', '{text}'), ('session_text', '{text,text}'), ('session_result_text', '{text}'),
			   ('session_cancel', '{text}'), ('session_close', '{text}'), ('session_list', '{}')) AS v(f, a);
SELECT is((SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'arch_lab'::regnamespace AND proname LIKE 'session%'
			 AND (proparallel <> 'u' OR NOT has_function_privilege('public', oid, 'EXECUTE'))), 0,
		  'each is parallel unsafe and for everybody');
SELECT is((SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'arch_lab'::regnamespace AND proname LIKE 'session%'
			 AND obj_description(oid, 'pg_proc') IS NULL), 0, 'each is described');
SELECT is((SELECT count(*)::int FROM pg_attribute WHERE attrelid = 'arch_lab.sessions'::regclass AND attnum > 0
			 AND col_description(attrelid, attnum) IS NULL), 0, 'each column of the view is described');
SELECT is((SELECT setting FROM pg_settings WHERE name = 'arch_lab.max_sessions'), '4', 'four sessions unless told otherwise');
SELECT is((SELECT context FROM pg_settings WHERE name = 'arch_lab.max_sessions'), 'superuser', 'which a superuser tells');

-- a value comes over as the text that it is here
PREPARE here AS SELECT ARRAY[a::text, b::text, c::text, d::text, e::text]
  FROM (SELECT i, repeat(chr(33 + i % 90), i), i * 1.5::float8, nullif(i % 7, 3), ARRAY[i, NULL, -i] FROM generate_series(1, 500) AS i) AS v(a, b, c, d, e);
PREPARE there AS SELECT "values" FROM arch_lab.session_run('tap',
	'SELECT i, repeat(chr(33 + i % 90), i), i * 1.5::float8, nullif(i % 7, 3), ARRAY[i, NULL, -i] FROM generate_series(1, 500) AS i') WHERE kind = 'row';
SELECT results_eq('there', 'here', 'rows of many types and lengths are the same');
SELECT is((SELECT array_agg(n ORDER BY n) FROM arch_lab.session_run('tap', 'SELECT generate_series(1, 98)')),
		  (SELECT array_agg(i) FROM generate_series(1, 99) AS i), 'n counts from 1 without a gap');
-- sizes around those of frames and queues
SELECT is((SELECT length("values"[1]) FROM arch_lab.session_run('tap', format('SELECT repeat(''y'', %s)', s)) WHERE kind = 'row'), s,
		  format('a value of %s bytes', s))
  FROM unnest('{0,8170,8192,65520,65536,1000000}'::int[]) AS s;
-- every SQLSTATE survives
SELECT is((SELECT count(*)::int FROM unnest('{22012,40001,XX000,P0001,57014,ZZZZZ}'::text[]) AS s
			WHERE s <> (SELECT sqlstate FROM arch_lab.session_run('tap', format('DO $$BEGIN RAISE ''x'' USING ERRCODE = %L; END$$', s)))), 0,
		  'a SQLSTATE comes over as it was');
SELECT throws_ok('SELECT * FROM arch_lab.session_run(''no'', ''SELECT 1'')', '42704', 'session "no" does not exist', 'an unknown name');
SELECT throws_ok('SELECT arch_lab.session_result(''tap'')', '55000', NULL, 'nothing to collect');
SELECT lives_ok('SELECT arch_lab.session_close(''tap'')', 'closed');

SELECT * FROM finish();
ROLLBACK;
