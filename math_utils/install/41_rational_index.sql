--
-- rational: btree, hash, BRIN and GiST (src/rational/rational_index.c, src/rational/rational_gist.c)
--
CREATE FUNCTION mu_rational_compare(rational, rational) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_rational_compare'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_compare(rational, rational) IS 'btree: -1, 0 or 1 for less, equal, greater';

CREATE FUNCTION mu_rational_sortsupport(internal) RETURNS void
AS 'MODULE_PATHNAME', 'mu_rational_sortsupport'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sortsupport(internal) IS 'btree: fast comparison, with short keys';

CREATE FUNCTION mu_rational_in_range(rational, rational, rational, boolean, boolean) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_in_range'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_in_range(rational, rational, rational, boolean, boolean) IS 'btree: RANGE frames with an offset';

CREATE FUNCTION mu_rational_hash(rational) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_rational_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_hash(rational) IS 'hash value';

CREATE FUNCTION mu_rational_hash_extended(rational, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_rational_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_hash_extended(rational, bigint) IS 'hash value with a seed';

CREATE OPERATOR CLASS rational_ops DEFAULT FOR TYPE rational USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 mu_rational_compare(rational, rational),
	FUNCTION 2 mu_rational_sortsupport(internal),
	FUNCTION 3 mu_rational_in_range(rational, rational, rational, boolean, boolean),
	FUNCTION 4 btequalimage(oid);

CREATE OPERATOR CLASS rational_ops DEFAULT FOR TYPE rational USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 mu_rational_hash(rational),
	FUNCTION 2 mu_rational_hash_extended(rational, bigint);

CREATE OPERATOR CLASS rational_minmax_ops DEFAULT FOR TYPE rational USING brin AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 brin_minmax_opcinfo(internal),
	FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
	FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
	FUNCTION 4 brin_minmax_union(internal, internal, internal);

CREATE OPERATOR CLASS rational_minmax_multi_ops FOR TYPE rational USING brin AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 brin_minmax_multi_opcinfo(internal),
	FUNCTION 2 brin_minmax_multi_add_value(internal, internal, internal, internal),
	FUNCTION 3 brin_minmax_multi_consistent(internal, internal, internal, integer),
	FUNCTION 4 brin_minmax_multi_union(internal, internal, internal),
	FUNCTION 5 brin_minmax_multi_options(internal),
	FUNCTION 11 mu_rational_dist(rational, rational);

CREATE OPERATOR CLASS rational_bloom_ops FOR TYPE rational USING brin AS
	OPERATOR 1 =,
	FUNCTION 1 brin_bloom_opcinfo(internal),
	FUNCTION 2 brin_bloom_add_value(internal, internal, internal, internal),
	FUNCTION 3 brin_bloom_consistent(internal, internal, internal, integer),
	FUNCTION 4 brin_bloom_union(internal, internal, internal),
	FUNCTION 5 brin_bloom_options(internal),
	FUNCTION 11 mu_rational_hash(rational);

CREATE TYPE mu_rational_range;

CREATE FUNCTION mu_rational_range_in(cstring) RETURNS mu_rational_range
AS 'MODULE_PATHNAME', 'mu_rational_range_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_range_in(cstring) IS 'refuses any input: 22P02';

CREATE FUNCTION mu_rational_range_out(mu_rational_range) RETURNS cstring
AS 'MODULE_PATHNAME', 'mu_rational_range_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_range_out(mu_rational_range) IS 'lowest..highest, for a look into an index page';

CREATE TYPE mu_rational_range (
	INPUT = mu_rational_range_in, OUTPUT = mu_rational_range_out,
	INTERNALLENGTH = 32, ALIGNMENT = double
);

COMMENT ON TYPE mu_rational_range IS
'what a GiST index on rational keeps in its pages; of no use elsewhere';

CREATE FUNCTION mu_rational_gist_consistent(internal, rational, smallint, oid, internal) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_gist_consistent'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_consistent(internal, rational, smallint, oid, internal) IS 'GiST: may it be below this key?';

CREATE FUNCTION mu_rational_gist_union(internal, internal) RETURNS mu_rational_range
AS 'MODULE_PATHNAME', 'mu_rational_gist_union'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_union(internal, internal) IS 'GiST: the key over several';

CREATE FUNCTION mu_rational_gist_compress(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_gist_compress'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_compress(internal) IS 'GiST: a value becomes a key';

CREATE FUNCTION mu_rational_gist_fetch(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_gist_fetch'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_fetch(internal) IS 'GiST: a key becomes a value, for index-only scans';

CREATE FUNCTION mu_rational_gist_penalty(internal, internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_gist_penalty'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_penalty(internal, internal, internal) IS 'GiST: how much a key would grow';

CREATE FUNCTION mu_rational_gist_picksplit(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_gist_picksplit'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_picksplit(internal, internal) IS 'GiST: how a full page is divided';

CREATE FUNCTION mu_rational_gist_same(mu_rational_range, mu_rational_range, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_gist_same'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_same(mu_rational_range, mu_rational_range, internal) IS 'GiST: are two keys equal?';

CREATE FUNCTION mu_rational_gist_distance(internal, rational, smallint, oid, internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_rational_gist_distance'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_distance(internal, rational, smallint, oid, internal) IS 'GiST: least distance below a key';

CREATE FUNCTION mu_rational_gist_sortsupport(internal) RETURNS void
AS 'MODULE_PATHNAME', 'mu_rational_gist_sortsupport'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_gist_sortsupport(internal) IS 'GiST: the order of a build';

CREATE OPERATOR CLASS rational_ops DEFAULT FOR TYPE rational USING gist AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	OPERATOR 15 <-> (rational, rational) FOR ORDER BY float_ops,
	FUNCTION 1 mu_rational_gist_consistent(internal, rational, smallint, oid, internal),
	FUNCTION 2 mu_rational_gist_union(internal, internal),
	FUNCTION 3 mu_rational_gist_compress(internal),
	FUNCTION 5 mu_rational_gist_penalty(internal, internal, internal),
	FUNCTION 6 mu_rational_gist_picksplit(internal, internal),
	FUNCTION 7 mu_rational_gist_same(mu_rational_range, mu_rational_range, internal),
	FUNCTION 8 mu_rational_gist_distance(internal, rational, smallint, oid, internal),
	FUNCTION 9 mu_rational_gist_fetch(internal),
	FUNCTION 11 mu_rational_gist_sortsupport(internal),
	STORAGE mu_rational_range;

COMMENT ON OPERATOR CLASS rational_ops USING btree IS 'order';
COMMENT ON OPERATOR FAMILY rational_ops USING btree IS 'order';
COMMENT ON OPERATOR CLASS rational_ops USING hash IS 'equality';
COMMENT ON OPERATOR FAMILY rational_ops USING hash IS 'equality';
COMMENT ON OPERATOR CLASS rational_minmax_ops USING brin IS 'smallest and largest of a block range';
COMMENT ON OPERATOR FAMILY rational_minmax_ops USING brin IS 'smallest and largest of a block range';
COMMENT ON OPERATOR CLASS rational_minmax_multi_ops USING brin IS 'several intervals of a block range';
COMMENT ON OPERATOR FAMILY rational_minmax_multi_ops USING brin IS 'several intervals of a block range';
COMMENT ON OPERATOR CLASS rational_bloom_ops USING brin IS 'equality, by a bloom filter';
COMMENT ON OPERATOR FAMILY rational_bloom_ops USING brin IS 'equality, by a bloom filter';
COMMENT ON OPERATOR CLASS rational_ops USING gist IS 'comparison, and order by distance';
COMMENT ON OPERATOR FAMILY rational_ops USING gist IS 'comparison, and order by distance';
