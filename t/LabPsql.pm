# A psql that stays open, for tests that talk to several connections at once.

package LabPsql;

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;

# user => role that logs in, options => PGOPTIONS of it
sub new
{
	my ($class, $node, $db, %how) = @_;
	my $self = bless { in => '', out => '', err => '', n => 0 }, $class;
	my $connection = $node->connstr($db);

	$connection .= " user=$how{user}" if $how{user};
	$connection .= " options='$how{options}'" if $how{options};
	$self->{run} = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $connection, '-v', 'VERBOSITY=verbose' ],
		'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$self->{pid} = $self->ask('SELECT pg_backend_pid();');
	return $self;
}

# Sends SQL and does not wait.
sub tell
{
	my ($self, $sql) = @_;

	$self->{mark} = 'mark' . ++$self->{n};
	$self->{out} = $self->{err} = '';
	$self->{in} .= "$sql\n\\echo $self->{mark}\n";
	$self->{run}->pump_nb;
	return;
}

# What came of the SQL that was told.
sub heard
{
	my ($self) = @_;

	$self->{run}->pump until $self->{out} =~ /^\Q$self->{mark}\E$/m;
	(my $out = $self->{out}) =~ s/\n?\Q$self->{mark}\E\n//;
	return $out;
}

sub ask
{
	my ($self, $sql) = @_;

	$self->tell($sql);
	return $self->heard;
}

# What the SQL says on standard error.
sub complaint
{
	my ($self, $sql) = @_;

	$self->ask($sql);
	$self->{run}->pump_nb;
	return $self->{err};
}

# Ends it; its server process may be gone.
sub quit
{
	my ($self) = @_;

	eval { $self->{in} .= "\\q\n"; $self->{run}->finish };
	return;
}

1;
