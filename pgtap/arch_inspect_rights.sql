-- What a role without rights sees in the views, and what one with them.
BEGIN;
SELECT plan(24);

CREATE ROLE regress_nobody LOGIN;
CREATE ROLE regress_monitor LOGIN;
GRANT pg_monitor TO regress_monitor;

-- Everybody may read every view; nobody but the owner writes anywhere.
SELECT table_privs_are('arch_inspect', v, 'regress_nobody', ARRAY['SELECT'], v || ' is for everybody to read')
  FROM unnest(ARRAY['client_backends', 'background_processes', 'storage', 'wal_settings',
					'wal_tuning', 'extensions', 'resources']) AS v;
SELECT table_privs_are('arch_lab', v, 'regress_nobody', ARRAY['SELECT'], v || ' is for everybody to read')
  FROM unnest(ARRAY['lesson_steps', 'lesson_claims', 'sessions']) AS v;

SET ROLE regress_nobody;
SELECT isnt_empty('SELECT * FROM arch_inspect.' || v, v || ' has rows for a role without rights')
  FROM unnest(ARRAY['client_backends', 'background_processes', 'storage', 'wal_settings',
					'wal_tuning', 'extensions', 'resources']) AS v;
SELECT set_has('SELECT backend_type FROM arch_inspect.background_processes',
			   $$VALUES ('postmaster'), ('checkpointer'), ('background writer'), ('walwriter')$$,
			   'the auxiliary processes are there for it too');
SELECT is_empty($$SELECT FROM pg_stat_activity WHERE backend_type <> 'client backend'$$,
				'where the lesson''s query has none');
SELECT is_empty($$SELECT FROM arch_inspect.client_backends
				   WHERE usename <> current_user AND (state IS NOT NULL OR client_addr IS NOT NULL
						 OR query <> '<insufficient privilege>')$$,
				'other roles'' states, addresses and queries are not');
SET ROLE regress_monitor;
SELECT isnt_empty($$SELECT FROM arch_inspect.client_backends WHERE state = 'active' AND query ~ 'isnt_empty'$$,
				  'pg_monitor sees them');
RESET ROLE;

SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
				   WHERE p.pronamespace::regnamespace::text ~ '^arch_' AND p.prosecdef$$,
				'nothing is SECURITY DEFINER');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
				   WHERE p.pronamespace::regnamespace::text ~ '^arch_' AND p.prosqlbody IS NULL
					 AND l.lanname IN ('sql', 'plpgsql')
					 AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)$$,
				'every body is safe from the caller''s search_path');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
				   WHERE p.pronamespace::regnamespace::text ~ '^arch_' AND p.prorettype = 'record'::regtype
					 AND p.proallargtypes IS NULL$$,
				'no function returns a record without columns');

SELECT * FROM finish();
ROLLBACK;
