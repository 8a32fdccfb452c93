--
-- arch_inspect: memory
--
CREATE ROLE regress_memory_student;
CREATE ROLE regress_memory_reader;
GRANT pg_read_all_stats TO regress_memory_reader;
-- our own contexts, for everybody
SET ROLE regress_memory_student;
SELECT count(*) > 20 AS many, min(level) AS first_level, count(*) FILTER (WHERE level = 1) AS roots,
	   bool_and(total_bytes = used_bytes + free_bytes) AS adds_up,
	   bool_and(subtree_bytes >= total_bytes) AS weighs,
	   max(percent) AS percent, count(ident) AS idents,
	   bool_and(type IN ('AllocSet', 'Slab', 'Generation', 'Bump')) AS types
  FROM arch_inspect.memory_contexts;
SELECT sum(total_bytes) = max(subtree_bytes) AS the_root_weighs_all FROM arch_inspect.memory_contexts;
SELECT tree, level, parent IS NULL AS root FROM arch_inspect.memory_contexts
 WHERE name IN ('TopMemoryContext', 'CacheMemoryContext', 'TopPortalContext', 'PortalContext') ORDER BY name COLLATE "C";
-- the server's view is closed to ordinary roles, and so is the shared segment
SELECT count(*) FROM arch_inspect.shared_memory;	-- fail
SET ROLE regress_memory_reader;
SELECT string_agg(name, ', ') FILTER (WHERE what IS NULL) AS unexplained,
	   max(percent) AS whole,
	   sum(bytes) FILTER (WHERE name <> '(total)') = sum(bytes) FILTER (WHERE name = '(total)') AS adds_up,
	   count(*) FILTER (WHERE name = '(unused)') AS unused,
	   count(*) FILTER (WHERE name = 'Buffer Blocks' AND bytes >= pg_size_bytes(current_setting('shared_buffers'))) AS blocks
  FROM arch_inspect.shared_memory;
SELECT what ~ '^huge_pages = ' AS huge_pages FROM arch_inspect.shared_memory WHERE name = '(total)';
SELECT count(*) AS different
  FROM pg_shmem_allocations AS m
  LEFT JOIN arch_inspect.shared_memory AS s ON s.name = COALESCE(m.name, '(unused)')
 WHERE s.bytes IS DISTINCT FROM m.allocated_size;
-- the same tree as the server's
SELECT count(ident) > 0 AS idents FROM arch_inspect.memory_contexts;
SELECT count(*) AS missing FROM pg_backend_memory_contexts AS b
 WHERE b.name IN ('TopMemoryContext', 'CacheMemoryContext', 'MessageContext', 'ErrorContext')
   AND NOT EXISTS (SELECT FROM arch_inspect.memory_contexts AS c WHERE c.name = b.name);
RESET ROLE;
DROP ROLE regress_memory_student, regress_memory_reader;
