-- One round of a reader: every view about processes, memory, settings and
-- extensions, inside one read-only transaction, and an error (division by
-- zero) where a process that stays is not shown.
BEGIN READ ONLY;
SELECT count(*) FROM (SELECT * FROM arch_inspect.processes OFFSET 0) AS x;
SELECT 1 / (count(*) = 6)::int FROM arch_inspect.processes
 WHERE kind IN ('postmaster', 'logger', 'checkpointer', 'background writer', 'walwriter', 'logical replication launcher');
SELECT 1 / (count(*) = 1)::int FROM arch_inspect.client_backends WHERE pid = pg_backend_pid();
SELECT count(*) FROM (SELECT * FROM arch_inspect.background_processes OFFSET 0) AS x;
SELECT count(*) FROM arch_inspect.process_tree();
SELECT 1 / (min(free) >= 0)::int FROM arch_inspect.process_slots;
SELECT count(*) FROM (SELECT * FROM arch_inspect.lwlocks OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.shared_memory OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.memory_contexts OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.settings OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.resources OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.extensions OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.extension_powers OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.autovacuum_forecast OFFSET 0) AS x;
SELECT count(*) FROM (SELECT * FROM arch_inspect.findings OFFSET 0) AS x;
COMMIT;
