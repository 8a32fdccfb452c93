
--
-- transactions: what became of a transaction, and who is behind a multixact
--

CREATE FUNCTION arch_parts.transaction_status(xid xid8,
	OUT status text, OUT evidence text, OUT pid integer,
	OUT subtransaction_of xid8, OUT top_xid xid8, OUT commit_time timestamptz)
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME', 'ai_transaction_status';

COMMENT ON FUNCTION arch_parts.transaction_status(xid8) IS
'part of arch_inspect.transaction_status(xid8): what can be told without the
names of prepared transactions';
REVOKE ALL ON FUNCTION arch_parts.transaction_status(xid8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.transaction_status(xid8) TO PUBLIC;

CREATE FUNCTION arch_inspect.transaction_status(xid xid8,
	OUT status text, OUT evidence text, OUT pid integer, OUT gid text,
	OUT subtransaction_of xid8, OUT top_xid xid8, OUT commit_time timestamptz)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 200
BEGIN ATOMIC
	SELECT s.status, s.evidence, s.pid, p.gid, s.subtransaction_of, s.top_xid, s.commit_time
	  FROM arch_parts.transaction_status(xid) AS s
	  LEFT JOIN pg_catalog.pg_prepared_xacts AS p
			 ON s.status = 'in progress' AND s.pid IS NULL
			AND p.transaction = s.top_xid::xid;
END;

COMMENT ON FUNCTION arch_inspect.transaction_status(xid8) IS
'What became of a transaction.
Status: ''in progress'', ''committed'', ''aborted'' (rolled back, or lost in a
crash), ''too old'' (its place in the commit log was cut off), ''not yet''
(not assigned), ''unreadable'' (the commit log is damaged there), ''invalid'',
''bootstrap'' and ''frozen'' (the ids 0, 1 and 2). evidence: where that comes
from. pid or gid: the process or prepared transaction that runs it; both NULL
on a standby. subtransaction_of and top_xid: its parent and its top-level
transaction, NULL where it is none, and where the server may have forgotten: a
parent is kept from the oldest transaction on that is taken for running, and
lost at a restart. commit_time: with track_commit_timestamp on. Never an
error. For everybody. Makes visible: transam.c, procarray.c, subtrans.c,
commit_ts.c';
REVOKE ALL ON FUNCTION arch_inspect.transaction_status(xid8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.transaction_status(xid8) TO PUBLIC;

CREATE FUNCTION arch_parts.xid8(xid xid)
RETURNS xid8
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ai_xid8';

COMMENT ON FUNCTION arch_parts.xid8(xid) IS
'a transaction id with the epoch that it belongs to now; one from ahead of the
next id gets the epoch in which it will come';
REVOKE ALL ON FUNCTION arch_parts.xid8(xid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.xid8(xid) TO PUBLIC;

CREATE FUNCTION arch_inspect.transaction_status(xid xid,
	OUT status text, OUT evidence text, OUT pid integer, OUT gid text,
	OUT subtransaction_of xid8, OUT top_xid xid8, OUT commit_time timestamptz)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 200
BEGIN ATOMIC
	SELECT s.status, s.evidence, s.pid, s.gid, s.subtransaction_of, s.top_xid, s.commit_time
	  FROM arch_inspect.transaction_status(arch_parts.xid8(xid)) AS s;
END;

COMMENT ON FUNCTION arch_inspect.transaction_status(xid) IS
'What became of a transaction.
As arch_inspect.transaction_status(xid8), of a 32-bit id as t_xmin and t_xmax
hold it';
REVOKE ALL ON FUNCTION arch_inspect.transaction_status(xid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.transaction_status(xid) TO PUBLIC;

-- A literal as transaction_status('776') is of no type yet, and of both the
-- functions above neither is preferred; a function of text is.
CREATE FUNCTION arch_inspect.transaction_status(xid text,
	OUT status text, OUT evidence text, OUT pid integer, OUT gid text,
	OUT subtransaction_of xid8, OUT top_xid xid8, OUT commit_time timestamptz)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 200
BEGIN ATOMIC
	-- by way of numbers, as before 16 xid takes what is none
	SELECT s.status, s.evidence, s.pid, s.gid, s.subtransaction_of, s.top_xid, s.commit_time
	  FROM arch_inspect.transaction_status(
			CASE WHEN xid::bigint BETWEEN 0 AND 4294967295
				 THEN arch_parts.xid8(xid::bigint::text::pg_catalog.xid)
				 ELSE xid::bigint::text::pg_catalog.xid8 END) AS s;
END;

COMMENT ON FUNCTION arch_inspect.transaction_status(text) IS
'What became of a transaction.
As arch_inspect.transaction_status(xid8), of an id written out: one that has
32 bits is taken as t_xmin and t_xmax hold it, a greater one as xid8. Errors:
22P02 for what is no number, 22003 for one that is too great.';
REVOKE ALL ON FUNCTION arch_inspect.transaction_status(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.transaction_status(text) TO PUBLIC;

CREATE FUNCTION arch_inspect.multixact_members(multixact xid,
	OUT member integer, OUT xid xid, OUT mode text, OUT updates boolean,
	OUT status text, OUT pid integer, OUT problem text)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 50 ROWS 2
AS 'MODULE_PATHNAME', 'ai_multixact_members';

COMMENT ON FUNCTION arch_inspect.multixact_members(xid) IS
'The transactions behind a multixact id.
A multixact id is a t_xmax with HEAP_XMAX_IS_MULTI. mode: ''for key share'',
''for share'', ''for no key update'', ''for update'', ''no key update'' or
''update'' (a DELETE too). updates: whether that one replaced or deleted the
row. status, pid: as in transaction_status(). Where the members can''t be
read, one row says why in problem. Never an error. For everybody. Makes
visible: multixact.c';
REVOKE ALL ON FUNCTION arch_inspect.multixact_members(xid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.multixact_members(xid) TO PUBLIC;
