
# What the view settings says in words of each setting, who may change it and
# when that takes effect, is tried on every setting that this major has.
#
# Runs alone: beside others its server was once told to shut down.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_connections = 20\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect; CREATE ROLE student LOGIN');
my $major = int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);

# rows NODE, QUERY: what it gives as a hash by its first column
sub rows
{
	my ($psql) = @_;
	return map { my @f = split(/\x1f/, $_, -1); ($f[0] => \@f) } split(/\x1e/, $psql);
}
my %s = rows($node->safe_psql('postgres', q(
	SELECT string_agg(concat_ws(E'\x1f', name, context, who_may_change, takes_effect, type, category), E'\x1e') FROM arch_inspect.settings)));
my @names = sort keys %s;
cmp_ok(scalar @names, '>', 340, 'there are many settings: ' . @names);
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_settings'), scalar @names, 'all of pg_settings');
is(join(' ', grep { ($s{$_}[2] // '') eq '' || ($s{$_}[3] // '') eq '' } @names), '', 'each has its words');
sub who { return $s{$_[0]}[2] }
sub takes { return $s{$_[0]}[3] }

# wrong NAME, ...: prints and fails for those of which the words are not true
sub none
{
	my ($what, @wrong) = @_;
	is(join(', ', map { "$_ ($s{$_}[1]: $s{$_}[2]; $s{$_}[3])" } @wrong), '', $what);
}

# May a session SET it to what it is (where more is shown, as "auto (tsc)", to
# the word itself)?  The superuser may what the words call
# "at any time" or in a transaction; an ordinary role what "everybody" may.
my $try = q(
	CREATE FUNCTION pg_temp.attempt(name text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config(name, regexp_replace(current_setting(name), '^(auto) \(.*\)$', '\1'), true);
		RETURN true;
	EXCEPTION WHEN cant_change_runtime_param OR insufficient_privilege OR read_only_sql_transaction THEN RETURN false;
		WHEN active_sql_transaction THEN RETURN true;
	END $$;
	SELECT coalesce(string_agg(s.name, ' '), '') FROM pg_settings AS s WHERE pg_temp.attempt(s.name););
my %super = map { $_ => 1 } split(/ /, $node->safe_psql('postgres', $try));
$node->safe_psql('postgres', 'GRANT pg_read_all_settings TO student');
my %student = map { $_ => 1 } split(/ /, $node->safe_psql('postgres', $try, extra_params => [ '-U', 'student' ]));
# a library for the start of a session may be set later too: it then does nothing
my $set = qr/at any time|in a transaction|before the session first/;
none('who may SET: a superuser', grep { exists $super{$_} != (who($_) =~ $set || /^(local|session)_preload_libraries$/) } @names);
none('who may SET: everybody', grep { exists $student{$_} != ((who($_) =~ $set && who($_) =~ /^everybody/) || /^local_preload_libraries$/) } @names);
none('a superuser or who was granted', grep { who($_) =~ /^a superuser/ && (!GRANTED($_)) } @names);
sub GRANTED
{
	my ($name) = @_;
	return 1 if who($name) !~ /any time/;
	return $node->safe_psql('postgres', "GRANT SET ON PARAMETER $name TO student; SET ROLE student; SELECT set_config('$name', regexp_replace(current_setting('$name'), '^(auto) \\(.*\\)\$', '\\1'), true) IS NOT NULL; RESET ROLE; REVOKE SET ON PARAMETER $name FROM student") =~ /t/;
}

# At connecting: the options of a connection.
my $bools = $node->safe_psql('postgres', q(SELECT string_agg(name || '=' || setting, ' ') FROM pg_settings WHERE vartype = 'bool'));
my %bool = map { split(/=/, $_) } split(/ /, $bools);
delete $bool{$_} foreach grep { /^transaction_/ } keys %bool;
foreach my $role ($node->safe_psql('postgres', 'SELECT current_user'), 'student')
{
	my $connects = sub {
		local $ENV{PGOPTIONS} = join(' ', map { "-c $_=$bool{$_}" } @_);
		# nothing on its standard input, which a psql that is refused does not read
		return run_log([ 'psql', '-XAtq', '-U', $role, '-d', $node->connstr('postgres'), '-o', '/dev/null', '-c', 'SELECT 1' ]);
	};
	my @may = grep { who($_) =~ ($role eq 'student' ? qr/^everybody/ : qr/^(everybody|a superuser)/) } sort keys %bool;
	my %may = map { $_ => 1 } @may;
	ok($connects->(@may), "$role may give these at connecting: " . @may);
	none("$role may not give the others", grep { !$may{$_} && $connects->($_) } sort keys %bool);
}

# ALTER SYSTEM: to the same value, so that nothing changes.
my ($out, $err) = ('', '');
my %refused;
$node->psql('postgres', join("\n", map { "ALTER SYSTEM SET \"$_\" TO DEFAULT;" } grep { !/\./ } @names),
	on_error_stop => 0, on_error_die => 0, stdout => \$out, stderr => \$err);
$refused{$1} = 1 while $err =~ /parameter "(\w+)" cannot be changed/g;
none('who may use ALTER SYSTEM', grep { !/\./ } grep {
	exists $refused{$_} == (who($_) !~ /^nobody|not ALTER SYSTEM|not in a file|on its command line only|who makes the|mode of the data/) } @names);

# A new value for all at once, where one is easily found; then a reload, a new
# connection, and a restart, and what each of these brings.
my %risky = map { $_ => 1 } qw(ssl allow_system_table_mods ignore_system_indexes zero_damaged_pages fsync bonjour
  restart_after_crash archive_mode recovery_target_inclusive jit_debugging_support jit_profiling_support trace_recovery_messages
  wal_level max_wal_senders max_replication_slots max_connections superuser_reserved_connections reserved_connections
  max_files_per_process max_stack_depth unix_socket_permissions port shared_memory_type dynamic_shared_memory_type huge_pages
  huge_page_size io_method wal_sync_method default_transaction_read_only row_security data_sync_retry summarize_wal wal_log_hints
  log_statement_stats log_parser_stats log_planner_stats log_executor_stats logging_collector hot_standby
  recovery_target_action sync_replication_slots log_rotation_age log_rotation_size post_auth_delay pre_auth_delay
  shared_buffers in_place_tablespaces allow_in_place_tablespaces transaction_read_only transaction_deferrable transaction_isolation
  statement_timeout transaction_timeout idle_session_timeout lock_timeout default_transaction_isolation client_encoding
  min_wal_size max_wal_size backend_flush_after event_triggers syslog_facility db_user_namespace log_file_mode wal_debug);
# from 19 on it is what it is
$risky{standard_conforming_strings} = 1 if $node->pg_version->major >= 19;
my %plan = rows($node->safe_psql('postgres', q(
	SELECT string_agg(concat_ws(E'\x1f', name, new), E'\x1e') FROM (
		SELECT name, CASE
			WHEN vartype = 'bool' THEN CASE setting WHEN 'on' THEN 'off' ELSE 'on' END
			WHEN vartype = 'integer' AND setting::numeric + 1 <= max_val::numeric AND setting::numeric >= 1 THEN (setting::numeric + 1)::text
			WHEN vartype = 'integer' AND setting::numeric - 1 >= min_val::numeric AND setting::numeric >= 2 THEN (setting::numeric - 1)::text
			WHEN vartype = 'real' AND setting::float8 * 0.5 >= min_val::float8 AND setting::float8 > 0 THEN (setting::float8 * 0.5)::text
			END AS new
		  FROM pg_settings WHERE context <> 'internal' AND name NOT LIKE '%.%' AND source IN ('default', 'override')) AS x
	 WHERE new IS NOT NULL)));
delete $plan{$_} foreach keys %risky, qw(seed temp_buffers tcp_user_timeout tcp_keepalives_idle tcp_keepalives_interval tcp_keepalives_count);
my $value = sub {
	my ($session, $name) = @_;
	return $session->query_safe("SELECT setting FROM pg_settings WHERE name = '$name'");
};
my @tried = sort keys %plan;
my $old = $node->background_psql('postgres');
my $query = q(SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('%s'));
my $all = sprintf($query, join("','", @tried));
sub values_of { return map { split(/=/, $_, 2) } split(/ /, $_[0]) }
my %before = values_of($old->query_safe($all));
$node->psql('postgres', join("\n", map { "ALTER SYSTEM SET $_ = '$plan{$_}[1]';" } @tried),
	on_error_stop => 0, on_error_die => 0, stdout => \$out, stderr => \$err);
my @failed = $err =~ /(?:invalid value for )?parameter "(\w+)"/g;
delete $plan{$_} foreach @failed;
@tried = grep { exists $plan{$_} && exists $before{$_} } @tried;
cmp_ok(scalar @tried, '>', 150, 'changed in the file: ' . @tried . " (refused: @failed)");
$node->safe_psql('postgres', 'SELECT pg_reload_conf()');
my %now;
foreach (1 .. 600)
{
	# a session takes a reload up between two statements
	%now = values_of($old->query_safe($all));
	last if $now{bgwriter_delay} ne $before{bgwriter_delay};
	usleep(100_000);
}
isnt($now{bgwriter_delay}, $before{bgwriter_delay}, 'reloaded');
my %fresh = values_of($node->safe_psql('postgres', $all));
my %pending = map { $_ => 1 } split(/ /, $node->safe_psql('postgres', q(SELECT coalesce(string_agg(name, ' '), '') FROM pg_settings WHERE pending_restart)));
none('"at a reload" is true', grep { ($now{$_} ne $before{$_}) != (takes($_) =~ /at a reload/) } @tried);
none('"in new connections" is true', grep { takes($_) =~ /^in new connections/ && !/preload/ && ($now{$_} ne $before{$_} || $fresh{$_} eq $before{$_}) } @tried);
none('"at a restart" is true: it waits', grep { exists $pending{$_} != (takes($_) =~ /^at a restart/) } @tried);
$old->quit;
$node->restart;
my %after = values_of($node->safe_psql('postgres', $all));
none('after the restart all have their new value', grep { $after{$_} eq $before{$_} } @tried);
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
$node->restart;

# SET at once: the session shows the new value after it, in the same statement's wake.
my $one = $node->background_psql('postgres', on_error_stop => 0);
none('"at once in this session" is true', grep {
	my $name = $_;
	$one->query("SET $name = '$plan{$name}[1]'");
	my $got = $value->($one, $name);
	$one->query("RESET $name");
	$got ne $after{$name};
} grep { takes($_) =~ /^at once in this session/ } @tried);

# what SET does not do in a running session
$one->query("SET session_preload_libraries = 'auto_explain'");
$one->query("SET local_preload_libraries = 'auto_explain'");
is($one->query(q(SELECT count(*) FROM pg_settings WHERE name LIKE 'auto_explain.%')), '0', 'a SET of *_preload_libraries loads nothing');
{
	local $ENV{PGOPTIONS} = '-c session_preload_libraries=auto_explain';
	is($node->safe_psql('postgres', q(SELECT count(*) > 0 FROM pg_settings WHERE name LIKE 'auto_explain.%')), 't', 'in a new connection it loads');
}
$one->query('RESET ALL');
$one->query('CREATE TEMP TABLE touched AS SELECT 1');
$one->query("SET temp_buffers = '9MB'");
isnt($one->query('SHOW temp_buffers'), '9MB', 'temp_buffers stays once a temporary table was touched');
$one->quit;
is($node->safe_psql('postgres', "SET temp_buffers = '9MB'; SHOW temp_buffers"), '9MB', 'before that it follows');
is($node->safe_psql('postgres', "SET tcp_keepalives_idle = 77; SHOW tcp_keepalives_idle"), '0', 'a Unix socket has no keepalives');
foreach my $case (['isolation', 'serializable', 'read committed'], ['read_only', 'on', 'off'], ['deferrable', 'on', 'off'])
{
	my ($name, $value, $default) = @$case;
	is($node->safe_psql('postgres', "BEGIN; SET transaction_$name = '$value'; SHOW transaction_$name; COMMIT; BEGIN; SHOW transaction_$name; COMMIT"),
		"$value\n$default", "transaction_$name ends with the transaction");
	like(takes("transaction_$name"), qr/^at once, for this transaction; the next begins with default_transaction_$name$/, 'as the words say');
}
foreach my $case (['isolation', 'serializable'], ['read_only', 'off'], ['deferrable', 'on'])
{
	my ($name, $value) = @$case;
	my $start = $name eq 'read_only' ? 'BEGIN READ ONLY' : 'BEGIN';
	isnt($node->psql('postgres', "$start; SELECT 1; SET transaction_$name = '$value'"), 0, "transaction_$name not after the first query");
}
$node->stop;

# What nobody sets: by experiment, what is the same in all clusters of one
# build, in all databases of one cluster, after a restart.
my @internal = grep { $s{$_}[1] eq 'internal' } @names;
my $show = "SELECT string_agg(name || '=' || setting, '|' ORDER BY name) FROM pg_settings WHERE context = 'internal'";
my $parse = sub { return map { split(/=/, $_, 2) } split(/\|/, $_[0]) };
$node->start;
my %main = $parse->($node->safe_psql('postgres', $show));
my %latin = $parse->($node->safe_psql('template1', q(CREATE DATABASE latin TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'POSIX' LC_CTYPE 'POSIX')) . $node->safe_psql('latin', $show));
none('"fixed for each database" is true', grep { ($main{$_} ne $latin{$_}) != (takes($_) =~ /^fixed for each database/) } @internal);
$node->append_conf('postgresql.conf', "shared_buffers = 200MB\nmax_connections = 77\n");
$node->stop;
my $mode = (stat($node->data_dir))[2] & 0777;
chmod($mode ^ 0050, $node->data_dir);
my $checksums = $main{data_checksums} eq 'on' ? '--disable' : '--enable';
command_ok([ 'pg_checksums', $checksums, '-D', $node->data_dir ], "pg_checksums $checksums");
command_ok([ 'pg_resetwal', '--wal-segsize=4', '-D', $node->data_dir ], 'pg_resetwal --wal-segsize');
$node->start;
my %again = $parse->($node->safe_psql('postgres', $show));
none('what a start finds or computes anew', grep { $main{$_} ne $again{$_} && takes($_) !~ /start of the server$/ } @internal);
none('what did not change', grep { $main{$_} eq $again{$_} && takes($_) =~ /start of the server$/ && !/^huge_pages_status$/ } @internal);
chmod($mode, $node->data_dir);
none('never in this build', grep { $main{$_} ne $again{$_} && takes($_) =~ /^never/ } @internal);
is(join(' ', grep { takes($_) =~ /never/ } grep { !/^(block_size|wal_block_size|segment_size|max_function_args|max_identifier_length|max_index_keys|debug_assertions|integer_datetimes|ssl_library|server_version|server_version_num)$/ } @names),
	'', 'nothing else never changes');

# in_hot_standby is the state of the server
$node->append_conf('postgresql.conf', "wal_level = replica\nmax_wal_senders = 4\n");
$node->restart;
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->start;
is($standby->safe_psql('postgres', 'SHOW in_hot_standby'), 'on', 'in_hot_standby on a standby');
my $there = $standby->background_psql('postgres');
is($there->query_safe(q(SELECT value FROM arch_inspect.settings WHERE name = 'in_hot_standby')), 'on', 'as the view shows');
$standby->promote;
is($there->query_safe(q(SELECT value FROM arch_inspect.settings WHERE name = 'in_hot_standby')), 'off', 'and off in the same session after a promotion');
like($s{in_hot_standby}[3], qr/off once it is promoted/, 'as the words say');
$there->quit;

# wal_settings says the same
is($node->safe_psql('postgres', q(
	SELECT count(*) FILTER (WHERE w.takes_effect IS DISTINCT FROM s.takes_effect) || ' of ' || (count(*) > 30)
	  FROM arch_inspect.wal_settings AS w JOIN arch_inspect.settings AS s USING (name))), '0 of true', 'wal_settings in the same words');
if ($major >= 17)
{
	$node->append_conf('postgresql.conf', "allow_alter_system = off\n");
	$node->reload;
	ok($node->poll_query_until('postgres', q(SELECT bool_and(who_may_change LIKE '%ALTER SYSTEM is not allowed here%') FROM arch_inspect.settings WHERE context = 'sighup' AND name <> 'allow_alter_system')),
		'where ALTER SYSTEM is not allowed, it is not named');
}
$standby->stop;
$node->stop;
done_testing();
