
# A database with the extensions goes through pg_upgrade: their objects, which
# it restores one by one, are the same, and so is what depends on them.
#
# From this major to itself, which pg_upgrade permits, and, where OLD_BINDIR
# names the programs of an older one with the extensions installed, from that
# to this (tools/check_majors.sh does it from 17 to 18).

use strict;
use warnings;

use Cwd;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $new_bin = PostgreSQL::Test::Cluster->new('version')->config_data('--bindir');
plan skip_all => "there is no pg_upgrade in $new_bin" unless -x "$new_bin/pg_upgrade";
my @old_bins = ($new_bin);
if (my $old_bin = $ENV{OLD_BINDIR})
{
	die "OLD_BINDIR: there is no server in $old_bin" unless -x "$old_bin/postgres";
	push @old_bins, $old_bin;
}
my $here = getcwd();

sub major { return `$_[0]/postgres --version` =~ / (\d+)/ ? $1 : die "$_[0]/postgres has no version"; }

# What must be there before and after.  Rights that are those of a new object
# may be stored or not, and a body may be put in other words.
my $objects = q(
	SELECT e.extname, e.extversion, pg_describe_object(d.classid, d.objid, d.objsubid),
		   md5(obj_description(d.objid, d.classid::regclass::name)),
		   (SELECT string_agg(concat_ws(' ', a.grantee::regrole, a.privilege_type, a.is_grantable), ', ' ORDER BY a.grantee::regrole::text, a.privilege_type)
			  FROM aclexplode(CASE WHEN p.oid IS NOT NULL THEN coalesce(p.proacl, acldefault('f', p.proowner))
								   WHEN c.oid IS NOT NULL THEN coalesce(c.relacl, acldefault('r', c.relowner))
								   WHEN n.oid IS NOT NULL THEN coalesce(n.nspacl, acldefault('n', n.nspowner)) END) AS a),
		   concat_ws(' ', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prokind, p.provolatile,
					 p.proparallel, p.proisstrict, p.proleakproof, p.prosecdef, p.procost, p.prorows,
					 p.prosupport::regproc, p.proconfig, p.probin, md5(nullif(p.prosrc, ''))),
		   (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)), ', ' ORDER BY a.attnum)
			  FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0)
	  FROM pg_extension AS e
	  JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
	  LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	  LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
	  LEFT JOIN pg_namespace AS n ON d.classid = 'pg_namespace'::regclass AND n.oid = d.objid
	 WHERE e.extname IN ('arch_inspect', 'arch_lab', 'math_utils')
	 ORDER BY e.extname, pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE "C");
my $data = q(
	SELECT count(*), max(r), min(n), max(n) FROM fractions;
	SELECT * FROM summary;
	SELECT count(*), sum(prime) FROM factors;
	SET enable_seqscan = off;
	SELECT i FROM fractions WHERE r = '1/2';
	SELECT r FROM fractions ORDER BY r <-> '1/3' LIMIT 2;
	SELECT count(*) FROM fractions WHERE r < '1/2');

# the lines that only one of two texts has
sub differences
{
	my ($before, $after) = @_;
	my %count;
	$count{$_}-- foreach split /\n/, $before;
	$count{$_}++ foreach split /\n/, $after;
	return join "\n", map { ($count{$_} < 0 ? '- ' : '+ ') . $_ } grep { $count{$_} } sort keys %count;
}

# start and stop a server; none stays behind, however this ends
my %running;
sub start
{
	my ($bin, $data_dir) = @_;
	system_or_bail("$bin/pg_ctl", '-D', $data_dir, '-w', '-l', "$data_dir.log", 'start');
	$running{$data_dir} = $bin;
	return;
}
sub stop
{
	my ($data_dir) = @_;
	system_or_bail("$running{$data_dir}/pg_ctl", '-D', $data_dir, '-w', 'stop');
	delete $running{$data_dir};
	return;
}
END
{
	my $rc = $?;
	system("$running{$_}/pg_ctl", '-D', $_, '-m', 'immediate', 'stop') foreach keys %running;
	$? = $rc;
}

# make the two clusters alike; 18 would make checksums unless told otherwise
sub make_clusters
{
	my ($dir, $old_bin) = @_;
	foreach my $cluster ([ $old_bin, "$dir/old" ], [ $new_bin, "$dir/new" ])
	{
		my ($bin, $data_dir) = @$cluster;
		system_or_bail("$bin/initdb", '-D', $data_dir, '-U', 'postgres', '-A', 'trust', '-N',
			'-E', 'UTF8', '--locale=C', major($bin) >= 18 ? '--no-data-checksums' : ());
		append_to_file("$data_dir/postgresql.conf", "listen_addresses = ''\nunix_socket_directories = '$dir'\nport = 54320\nfsync = off\nmax_worker_processes = 20\n");
	}
	return;
}

# pg_upgrade from DIR/old to DIR/new: did it succeed, and what it said
sub upgrade
{
	my ($dir, $old_bin) = @_;

	# It writes where it is started.
	chdir $dir or die "$dir: $!";
	my ($out, $err) = run_command([ "$new_bin/pg_upgrade", '-b', $old_bin, '-B', $new_bin, '-d', "$dir/old", '-D', "$dir/new",
			'-U', 'postgres', '-s', $dir, '-N' ]);
	my $rc = $?;
	chdir $here or die "$here: $!";
	return ($rc == 0, join "\n", $out, $err, map { "$_:\n" . slurp_file($_) } glob("$dir/new/pg_upgrade_output.d/*/log/*.log"));
}

# can a database that holds nothing but a table be upgraded?  Some pairs of
# minor releases can't: what the older one writes the newer one does not know.
sub plain_upgrade
{
	my ($old_bin) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	local $ENV{PGHOST} = $dir;
	make_clusters($dir, $old_bin);
	start($old_bin, "$dir/old");
	system_or_bail("$new_bin/psql", '-Xq', '-c', 'CREATE TABLE plain (i int)');
	stop("$dir/old");
	return (upgrade($dir, $old_bin))[0];
}

foreach my $old_bin (@old_bins)
{
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my ($old, $new) = ("$dir/old", "$dir/new");
	my $from_to = 'from ' . major($old_bin) . ' to ' . major($new_bin);
	local %ENV = (%ENV, PGHOST => $dir, PGPORT => 54320, PGUSER => 'postgres', PGDATABASE => 'postgres');

	# psql SQL: what it prints
	my $psql = sub {
		my ($sql) = @_;
		my ($out, $err) = run_command([ "$new_bin/psql", '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', $sql ]);
		die "$sql: $err" if $?;
		return $out;
	};

	make_clusters($dir, $old_bin);
	start($old_bin, $old);
	$psql->(q(
		CREATE EXTENSION arch_lab CASCADE;
		CREATE VIEW mine AS SELECT pid, kind FROM arch_inspect.processes;
		CREATE TABLE fractions (i int PRIMARY KEY, r rational DEFAULT '1/2' CHECK (r > '-1000'), n bigint GENERATED ALWAYS AS (square(i)) STORED);
		INSERT INTO fractions SELECT i, rational(i, i + 3) FROM generate_series(1, 500) AS i;
		CREATE INDEX ON fractions (r);
		CREATE INDEX ON fractions USING gist (r);
		CREATE INDEX ON fractions USING brin (r);
		CREATE VIEW summary AS SELECT fsum(i), max(r), min(r) FROM fractions WHERE isclose(i, 3, 0.9);
		CREATE MATERIALIZED VIEW factors AS SELECT i, f.* FROM fractions, factorize(i) AS f));
	my ($objects_before, $data_before) = ($psql->($objects), $psql->($data));
	cmp_ok(scalar(split(/\n/, $objects_before)), '>', 300, 'there is much to upgrade');
	stop($old);

	my ($done, $said) = upgrade($dir, $old_bin);
	if (!$done && !plain_upgrade($old_bin))
	{
		my @versions = map { `$_/postgres --version` =~ /([\d.]+\w*)/ } $old_bin, $new_bin;
		diag("pg_upgrade fails from $versions[0] to $versions[1] for a database with one plain table: nobody can upgrade this pair");
		pass("pg_upgrade $from_to can't be tried with these minor releases");
		next;
	}
	ok($done, "pg_upgrade $from_to") or diag($said);
	next if !$done;

	start($new_bin, $new);
	is(differences($objects_before, $psql->($objects)), '', 'the same objects, comments and rights');
	is($psql->($data), $data_before, 'and what depends on them is as it was');
	foreach my $view (split(/\n/, $psql->(q(
		SELECT c.oid::regclass FROM pg_class AS c
		 WHERE c.relnamespace IN ('arch_inspect'::regnamespace, 'arch_lab'::regnamespace) AND c.relkind = 'v' ORDER BY 1))), 'mine')
	{
		like($psql->("SELECT count(*) FROM (SELECT * FROM $view OFFSET 0) AS x"), qr/^\d+$/, "$view works after the upgrade");
	}
	is($psql->("SELECT bool_and(holds) FROM arch_lab.walkthrough('Process')"), 't', 'the lesson walks');
	is($psql->("SELECT count(*) > 0 FROM mine WHERE kind = 'io worker'"), major($new_bin) >= 18 ? 't' : 'f', 'and shows the new server');
	$psql->('DROP EXTENSION arch_lab; DROP EXTENSION math_utils CASCADE; DROP EXTENSION arch_inspect CASCADE');
	pass('the extensions can be dropped');
	stop($new);
}

done_testing();
