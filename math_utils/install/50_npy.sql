--
-- npy_fdw (src/npy/npy_fdw.c, src/npy/npy_file.c, src/npy/npy_options.c, src/npy/npy_header.c)
--
CREATE FUNCTION mu_npy_handler() RETURNS fdw_handler
AS 'MODULE_PATHNAME', 'mu_npy_handler'
LANGUAGE C STRICT COST 1;

CREATE FUNCTION mu_npy_validator(text[], oid) RETURNS void
AS 'MODULE_PATHNAME', 'mu_npy_validator'
LANGUAGE C STRICT COST 1;

CREATE FOREIGN DATA WRAPPER npy_fdw HANDLER mu_npy_handler VALIDATOR mu_npy_validator;

COMMENT ON FUNCTION mu_npy_handler() IS 'handler of npy_fdw; not to be called';
COMMENT ON FUNCTION mu_npy_validator(text[], oid) IS
'checks options of npy_fdw: HV00D for an unknown one, 42501 for a filename from a role outside of pg_read_server_files';
COMMENT ON FOREIGN DATA WRAPPER npy_fdw IS
'reads NumPy .npy files of the server: a table per file with the option filename (an absolute path; for members of pg_read_server_files), columns named as the fields, or value, or c1, c2 ..., or with the option field; a bigint column with the option row_number counts from 1. USAGE is for the superuser to grant';
