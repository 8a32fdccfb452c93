
# Every SQL example of README.md and doc/ does what is shown under it.
#
# The examples of a page run from its top to its end, as a superuser, each
# page in a database of its own that holds nothing.  What a reader has and a
# page does not make stands in the page itself, out of his sight:
#
#   <!-- prepare			SQL to run at this place, up to -->
#   <!-- session: NAME -->	the next example, or preparation, runs in a further
#							session of that name, which stays open
#   <!-- not run: REASON -->	the next example is a piece of something else
#
# What is an example, and what it is compared with:
#
# - A block of ```sql, and an indented block that begins with a word of SQL, a
#   backslash command or a comment, is run.  So is what stands behind "=> " in
#   a block that begins so.
# - The block after it, when it is no SQL itself, is what it shows.  Table or
#   expanded, the cells are compared, not the lines' layout; where the column
#   heads are left out, rows alone.  "…" or "..." in a cell stands for anything,
#   alone on a line for any lines.
# - A comment behind a statement is its result (1 | 2 for the columns, "a, b"
#   for rows), or its error: "ERROR:  words (SQLSTATE)".  Comments in prose,
#   that is with two words side by side, are none.
# - A statement that shows no error must not fail.
# - A block that begins "-- 5.7  ..." is what walkthrough_text() prints.
#
# Figures that differ from run to run are compared by their shape: those of the
# columns in %volatile below, and what volatile_words() finds.

use strict;
use utf8;
use warnings;

use Encode qw(decode encode);
use File::Basename qw(basename);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Columns whose figures belong to the moment or to the machine.
my %volatile = map { $_ => 1 } qw(
  lsn redo_lsn xid t_xmin t_xmax pid parent path db_size bufferid hand passes
  free_buffers next_bufferid sweep behind oldest usage proportional resident tables indexes toast_tables
);

my $sql_word = qr/(?:SELECT|TABLE|VALUES|WITH|INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|BEGIN|COMMIT|ROLLBACK
	|SET|SHOW|RESET|EXPLAIN|ANALYZE|VACUUM|CHECKPOINT|DO|GRANT|REVOKE|IMPORT|LOCK|COPY|CLUSTER|REINDEX|TRUNCATE|DISCARD)\b/x;

# Indented blocks that are neither SQL nor what it shows.
my $shell_word = qr/(?:make|sudo|psql|tools\/|\.ci\/|bench\/|git|cd|apt|docker|TARGET|#!)/;

my $arrays;

#
# Reading
#

# The examples of a page, in order: where, session, sql, shown (undef where
# nothing is), and how (sql, transcript, prepare).
sub examples
{
	my ($page, $text) = @_;

	my (@found, @blocks, $session, $not_run);
	my @lines = split /\n/, $text;

	for (my $i = 0; $i < @lines; $i++)
	{
		my $at = "$page:" . ($i + 1);

		if ($lines[$i] =~ /^<!-- prepare\b\s*(.*)$/)
		{
			my $sql = "$1\n";
			$sql .= "$lines[++$i]\n" until $sql =~ s/-->\s*\z//;
			push @blocks, { at => $at, kind => 'prepare', text => $sql, session => $session };
			$session = undef;
		}
		elsif ($lines[$i] =~ /^<!-- session: (\w+) -->$/) { $session = $1 }
		elsif ($lines[$i] =~ /^<!-- not run: \S.* -->$/) { $not_run = 1 }
		elsif ($lines[$i] =~ /^```(\w*)$/)
		{
			my ($language, @block) = ($1);
			push @block, $lines[$i] while ++$i < @lines && $lines[$i] !~ /^```$/;
			my $kind =
				$language eq 'sql' ? 'sql'
			  : $language ne ''    ? 'other'
			  : @block && $block[0] =~ /^=> / ? 'transcript'
			  :                                 'plain';
			push @blocks, { at => $at, kind => $kind, text => join("\n", @block), session => $session, not_run => $not_run };
			($session, $not_run) = ();
		}
		elsif ($lines[$i] =~ /^(?:    |\t)\S/ && ($i == 0 || $lines[ $i - 1 ] =~ /^\s*$|^-->$|^<!-- .* -->$/))
		{
			my @block;
			push @block, $lines[ $i++ ] =~ s/^(?:    |\t)//r while $i < @lines && $lines[$i] =~ /^(?:    |\t)/;
			$i--;
			my $kind =
				$block[0] =~ /^(?:$sql_word|\\|--)/ ? 'sql'
			  : $block[0] =~ /^$shell_word/        ? 'other'
			  : $block[0] =~ /^=> /                ? 'transcript'
			  :                                      'plain';
			push @blocks, { at => $at, kind => $kind, text => join("\n", @block), session => $session, not_run => $not_run };
			($session, $not_run) = ();
		}
		elsif ($lines[$i] =~ /^(?:    |\t)\s*\S/)
		{
			# Output begins with blanks often enough; in a list it is text.
			my $block = [ $lines[$i] =~ s/^(?:    |\t)//r ];
			next unless @blocks && !$blocks[-1]{closed} && $blocks[-1]{kind} eq 'sql';
			push @$block, $lines[$i] =~ s/^(?:    |\t)//r while ++$i < @lines && $lines[$i] =~ /^(?:    |\t)/;
			$i--;
			push @blocks, { at => $at, kind => 'plain', text => join("\n", @$block) };
		}
		elsif ($lines[$i] =~ /\S/)
		{
			$blocks[-1]{closed} = 1 if @blocks;
		}
	}

	for my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		next if $block->{not_run} || $block->{kind} eq 'other';
		if ($block->{kind} eq 'plain')
		{
			my $before = $i > 0 ? $blocks[ $i - 1 ] : undef;
			if ($before && !$before->{closed} && $before->{kind} eq 'sql')
			{
				$found[-1]{shown} = $block->{text} unless $before->{not_run};
			}
			elsif ($block->{text} =~ /\A-- (\d+)\.\d+  /)
			{
				push @found, { at => $block->{at}, how => 'walkthrough', section => $1, shown => $block->{text} };
			}
			elsif ($block->{text} =~ /^\s*-[-+]*\+[-+]*$|\(\d+ rows?\)/m)
			{
				# A result with no query before it would never be compared.
				push @found, { at => $block->{at}, how => 'stray' };
			}
		}
		elsif ($block->{kind} eq 'transcript')
		{
			for my $part (split /^(?==> )/m, $block->{text})
			{
				my ($sql, $shown) = $part =~ /\A=> (.*(?:\n-> .*)*)\n?(.*)\z/s ? ($1, $2) : ();
				($sql, $shown) = split(/\n/, $part =~ s/\A=> //r, 2) if !defined $shown || $sql =~ /\n(?!-> )/;
				$sql =~ s/^-> //mg;
				push @found, { at => $block->{at}, how => 'sql', sql => $sql, shown => $shown, session => $block->{session} };
			}
		}
		else
		{
			push @found, { at => $block->{at}, how => $block->{kind} eq 'prepare' ? 'prepare' : 'sql',
				sql => $block->{text}, session => $block->{session} };
		}
	}
	return @found;
}

# The statements of a text, each with the comment behind it.
sub statements
{
	my ($sql) = @_;
	my @found;
	my ($statement, $depth) = ('', 0);

	while ($sql =~ /\G(.*?)(\$\w*\$|'|"|--[^\n]*|[();]|\\\w+[^\n]*|\z)/gcs)
	{
		my ($before, $token) = ($1, $2);
		$statement .= $before;
		if ($token =~ /^\$/)
		{
			$sql =~ /\G(.*?)\Q$token\E/gcs or last;
			$statement .= "$token$1$token";
		}
		elsif ($token =~ /^['"]$/)
		{
			$sql =~ /\G([^$token]*)$token/gcs or last;
			$statement .= "$token$1$token";
		}
		elsif ($token =~ /^--/) { $statement .= $token if $statement =~ /\S/ }
		elsif ($token eq '(')   { $depth++; $statement .= $token }
		elsif ($token eq ')')   { $depth--; $statement .= $token }
		elsif ($token eq ';' && $depth > 0) { $statement .= $token }
		else
		{
			# The end: of a statement, by a backslash command, of the text.
			my $said = '';
			$token =~ s/\s*(?<!\S)--(.*)$// and $said = $1 if $token =~ /^\\/;
			$statement .= $token;
			$said = $1 if $token eq ';' && $sql =~ /\G[ \t]*--([^\n]*)/gc;
			$said .= " $1" while $said eq '' ? $sql =~ /\G\n[ \t]+--([^\n]*)/gc : $sql =~ /\G\n[ \t]{8,}--([^\n]*)/gc;
			$said =~ s/^\s+|\s+$//g;
			push @found, { sql => $statement =~ s/^\s+|\s+$//gr, said => $said } if $statement =~ /\S/;
			last if $token eq '';
			$statement = '';
		}
	}
	return @found;
}

sub is_prose
{
	my ($said) = @_;
	return 1 if $said eq '';
	return 0 if $said =~ /^ERROR:/;
	return $said =~ /[[:alpha:]_']{2,},? [[:alpha:]]{2,}/;
}

#
# Comparing
#

# What is of the moment in running text.
sub volatile_words
{
	my ($cell) = @_;

	$cell =~ s/\barch_lab_\d+\b/arch_lab_N/g;
	$cell =~ s/base\/\d+\/\d+/base\/N\/N/g;
	$cell =~ s/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:[ ]?[+-]\d\d(?::\d\d)?|[ ]UTC)?/TIME/g;
	$cell =~ s/\b(process|processes|transactions?|pid|postmaster|launcher|writer|checkpointer|walwriter|walreceiver|backend|worker|session|xid)(,? )\d+/$1$2N/g;
	$cell =~ s/\b(transactions before) \d+/$1 N/g;
	$cell =~ s/cost=\d+\.\d+\.\.\d+\.\d+/cost=N/g;
	$cell =~ s/\b\d+\.\d+ ms\b/N ms/g;
	$cell =~ s/\brows=(\d+)\.00\b/rows=$1/g;	# so since 18
	return $cell;
}

# Of these 0 too is of the moment: until 18 the hand stands while there are free
# buffers, and from 19 on it goes.
my %or_zero = map { $_ => 1 } qw(passes sweep);

# A figure without its value: 0 and nothing stay what they are.
sub shape
{
	my ($cell, $name) = @_;

	return 'N' if $cell eq '0' && $or_zero{$name};
	return $cell =~ /^0?$/ ? $cell : $cell =~ s/[0-9A-Fa-f]*\d[0-9A-Fa-f]*(?:\.\d+)?/N/gr;
}

# The rows of a result as psql lays it out, each a list of cells.
sub rows
{
	my ($text) = @_;
	my (@rows, $headed, @heads, $expanded);

	my @lines = grep { !/^\s*$|^\(\d+ rows?\)$/ } split /\n/, $text;
	$expanded = grep(/^-\[ RECORD \d+ \]/, @lines) || !grep(/^\s*-[-+]*$/, @lines) && @lines > 1 && !grep(!/^\w[\w ]*\|( |$)/, @lines);
	for my $i (0 .. $#lines)
	{
		my $line = $lines[$i];
		next if $line =~ /^-\[ RECORD \d+ \]/;
		if (!$expanded && $line =~ /^\s*-[-+]*-\s*$|^\s*-\s*$/ && $i == 1) { $headed = 1; next }
		# psql's + at the end of a line stands for a line feed in the value.
		push @rows, [ map { s/^\s+|\s*\+?$//gr =~ s/\s+/ /gr } split /\|/, $line, -1 ];
	}
	if ($expanded)
	{
		@rows = map { [ $_->[0], volatile_words($volatile{ $_->[0] } ? shape($_->[1] // '', $_->[0]) : $_->[1] // '') ] } @rows;
	}
	else
	{
		@heads = @{ $rows[0] } if $headed;
		for my $row (@rows)
		{
			$_ = volatile_words($_) for @$row;
			next if $headed && $row == $rows[0];
			$row->[$_] = shape($row->[$_], $heads[$_]) for grep { $_ < @$row && $volatile{ $heads[$_] } } 0 .. $#heads;
		}
	}
	return { rows => \@rows, headed => $headed || $expanded };
}

sub cell_is
{
	my ($shown, $got) = @_;

	return 1 if $shown eq $got;
	return 0 unless $shown =~ /…|\.\.\./;
	my $pattern = join '.*', map { quotemeta } split /…|\.\.\./, $shown, -1;
	return $got =~ /^$pattern$/;
}

# Does the result show what the page shows?  Rows of "…" alone stand for any.
sub shows
{
	my ($shown, $got) = map { rows($_) } @_;
	my @want = @{ $shown->{rows} };
	my @have = @{ $got->{rows} };

	shift @have if $got->{headed} && !$shown->{headed} && @have;
	my $match;
	$match = sub {
		my ($w, $h) = @_;
		for (; $w < @want; $w++, $h++)
		{
			if (@{ $want[$w] } == 1 && $want[$w][0] =~ /^(?:…|\.\.\.)$/)
			{
				$match->($w + 1, $_) and return 1 for $h .. @have;
				return 0;
			}
			return 0 if $h >= @have || @{ $want[$w] } != @{ $have[$h] };
			cell_is($want[$w][$_], $have[$h][$_]) or return 0 for 0 .. $#{ $want[$w] };
		}
		return $h == @have;
	};
	return $match->(0, 0);
}

# A result as a comment tells it: columns by " | ", rows by ", ".
sub told
{
	my ($text) = @_;
	my $got = rows($text);
	my @have = @{ $got->{rows} };

	shift @have if $got->{headed};
	@have = (['']) if !@have && $text =~ /^\(1 row\)$/m;
	return join ', ', map { join ' | ', map { $_ eq '' ? 'NULL' : $_ } @$_ } @have;
}

#
# Running
#

my $node;

sub psql_start
{
	my ($database) = @_;
	my $s = { in => '', out => '', err => '', n => 0 };

	$s->{run} = IPC::Run::start(
		[ 'psql', '-X', '-q', '-v', 'VERBOSITY=verbose', '-d', $node->connstr($database) ],
		'<', \$s->{in}, '>', \$s->{out}, '2>', \$s->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $s;
}

# Runs a statement; returns what it prints, and its error as the pages tell it.
sub talk
{
	my ($s, $sql) = @_;
	my $mark = 'mark ' . ++$s->{n};

	($s->{out}, $s->{err}) = ('', '');
	$s->{in} .= encode('UTF-8', "$sql\n;\n\\echo $mark\n\\warn $mark\n");
	$s->{run}->pump until $s->{out} =~ /^\Q$mark\E$/m && $s->{err} =~ /^\Q$mark\E$/m;
	my ($out, $err) = map { decode('UTF-8', s/^\Q$mark\E\n//mr) } $s->{out}, $s->{err};
	my ($error) = $err =~ /^(?:ERROR|FATAL):  (.*)$/m;
	if (defined $error)
	{
		$error = $error =~ s/^(\w{5}): (.*)/ERROR:  $2 ($1)/r;
		$error .= "\n$1" while $err =~ /^((?:DETAIL|HINT):  .*)$/mg;
	}
	elsif ($err =~ /^(?!NOTICE|WARNING|LOCATION|DETAIL|HINT|CONTEXT|LINE|psql:)\S.*error/im)
	{
		$error = $err;
	}
	return ($out, $error);
}

# Runs the examples of a page and returns what is not as shown, and how many
# statements ran and were compared.
sub walk
{
	my ($page, $text) = @_;
	my (@wrong, %sessions, $ran, $compared);
	my $database = 'page_' . basename($page) =~ s/\W/_/gr;

	$text =~ s{/srv/arrays}{$arrays}g;
	$node->safe_psql('postgres', qq(CREATE DATABASE "$database"));
	for my $example (examples($page, $text))
	{
		my $at = $example->{at};
		if ($example->{how} eq 'stray')
		{
			push @wrong, "$at: a result is shown, and no SQL stands before it";
			next;
		}
		if ($example->{how} eq 'walkthrough')
		{
			my $got = $node->safe_psql($database, "SELECT arch_lab.walkthrough_text('$example->{section}')");
			my ($want, $have) = map { s/[ \t]+$//mgr =~ s/\n+/\n/gr =~ s/\s+\z//r } $example->{shown}, decode('UTF-8', $got);
			$compared++;
			push @wrong, "$at: this is not in the walkthrough:\n$want\n  but:\n$have" if index($have, $want) < 0;
			next;
		}
		my $s = $sessions{ $example->{session} // '' } //= psql_start($database);
		my @statements = statements($example->{sql});
		my ($last_out, $last_error) = ('', undef);
		for my $statement (@statements)
		{
			my ($out, $error) = talk($s, $statement->{sql});
			my $said = $statement->{said};
			my $what = (split /\n/, $statement->{sql})[0];

			$ran++;
			if (!is_prose($said) && $example->{how} ne 'prepare')
			{
				my $got = $error ? (split /\n/, $error)[0] : told($out);
				$compared++;
				push @wrong, "$at: $what\n  the page says: $said\n  the server: $got" unless cell_is(volatile_words($said), volatile_words($got));
				$error = undef if $said =~ /^ERROR/;
			}
			elsif (defined $error && !(defined $example->{shown} && $statement == $statements[-1] && $example->{shown} =~ /^\s*ERROR/))
			{
				push @wrong, "$at: $what\n  fails: $error";
			}
			($last_out, $last_error) = ($out, $error) if $out ne '' || defined $error;
		}
		if (defined $example->{shown} && $example->{shown} =~ /\S/)
		{
			my $got = defined $last_error ? $last_error : $last_out;
			$compared++;
			push @wrong, "$at:\n  the page shows:\n$example->{shown}\n  the server:\n$got" unless shows($example->{shown}, $got);
		}
	}
	for my $s (values %sessions)
	{
		$s->{in} .= "\\q\n";
		$s->{run}->finish;
	}
	$node->safe_psql('postgres', qq(DROP DATABASE "$database" WITH (FORCE)));
	return { wrong => \@wrong, ran => $ran // 0, compared => $compared // 0 };
}

# The files that doc/math_utils.md reads, in NumPy's format 1.
sub write_npy
{
	my ($file, $header, $data) = @_;

	mkdir $_ for $arrays, "$arrays/broken";
	$header .= ' ' x (63 - (10 + length $header) % 64) . "\n";
	open my $fh, '>:raw', "$arrays/$file" or die "$arrays/$file: $!";
	print $fh "\x93NUMPY\x01\x00", pack('v', length $header), $header, $data;
	close $fh;
}

$node = PostgreSQL::Test::Cluster->new('main');
my ($major) = `$ENV{PG_CONFIG} --version` =~ /(\d+)/;
$node->init($major >= 18 ? (extra => ['--no-data-checksums']) : ());
$node->append_conf('postgresql.conf', q(
autovacuum_naptime = '1d'
max_worker_processes = 20
max_prepared_transactions = 10
shared_buffers = 128MB
wal_level = replica
default_toast_compression = pglz
timezone = 'UTC'
));
$node->start;

# A directory to import is named as a schema, whose name has 63 bytes at most.
$arrays = PostgreSQL::Test::Utils::tempdir_short() . '/arrays';
write_npy('wave.npy', "{'descr': '<f8', 'fortran_order': False, 'shape': (200000,), }", pack('d<*', map { $_ / 8 } 1 .. 200000));
write_npy('matrix.npy', "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }", pack('l<*', 1 .. 6));
write_npy('points.npy', "{'descr': [('id', '<i8'), ('x', '<f8'), ('tag', '|S2')], 'fortran_order': False, 'shape': (3,), }",
	join '', map { pack('q<d<a2', $_, $_ / 2, 'ab') } 1 .. 3);
write_npy('broken/bad.npy', "{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", "\0" x 16);

# It sees what is wrong.
my @lies = (
	[ 'a figure',           "    SELECT 1 AS a, 2 AS b;\n\n      a | b\n     ---+---\n      1 | 3\n", 1 ],
	[ 'a row too many',     "```sql\nSELECT 1 AS a;\n```\n```\n a\n---\n 1\n 1\n```\n", 1 ],
	[ 'a row too few',      "```sql\nSELECT generate_series(1, 2) AS a;\n```\n```\n a\n---\n 1\n```\n", 1 ],
	[ 'a head',             "```sql\nSELECT 1 AS a;\n```\n```\n b\n---\n 1\n```\n", 1 ],
	[ 'an expanded figure', "```sql\nSELECT 1 AS a, 2 AS b \\gx\n```\n```\na | 1\nb | 1\n```\n", 1 ],
	[ 'no such name',       "```sql\nSELECT * FROM nowhere;\n```\n", 1 ],
	[ 'a told result',      "    SELECT 2, NULL;  -- 2 | 3\n", 1 ],
	[ 'a told error',       "    SELECT 1/0;  -- ERROR:  division by zero (22011)\n", 1 ],
	[ 'an error not met',   "    SELECT 1;  -- ERROR:  division by zero (22012)\n", 1 ],
	[ 'a shape',            "```sql\nSELECT 0 AS xid;\n```\n```\n xid\n-----\n 12\n```\n", 1 ],
	[ 'a stray result',     "Text.\n\n```\n a\n---\n 1\n(1 row)\n```\n", 1 ],
	[ 'a transcript',       "```\n=> SELECT 1 AS a;\n 2\n```\n", 1 ],
	[ 'a syntax error',     "    SELECT FROM WHERE;\n", 1 ],
	[ 'nothing',            "    SELECT 1/0;  -- ERROR:  division by zero (22012)\n\n    SELECT 12 AS xid, 'abc' AS c;\n\n"
		  . "      xid |  c\n     -----+-----\n      99 | a…\n", 0 ]);
for my $lie (@lies)
{
	my ($what, $text, $count) = @$lie;
	is(scalar @{ walk('lie.md', $text)->{wrong} }, $count, "what is wrong with $what is seen");
}

# DOCS=page runs one page.
for my $page (grep { $_ ne 'doc/lesson.md' } 'README.md', sort glob 'doc/*.md')
{
	next if $ENV{DOCS} && $page !~ /\b\Q$ENV{DOCS}\E/;
	my $result = walk($page, decode('UTF-8', slurp_file($page)));
	is(scalar @{ $result->{wrong} }, 0, "$page: $result->{ran} statements, $result->{compared} compared")
	  or diag(encode('UTF-8', join "\n", @{ $result->{wrong} }));
}

$node->stop;

done_testing();
