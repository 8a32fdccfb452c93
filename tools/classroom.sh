#!/bin/sh
#
# classroom.sh
#	Play a class on a private server: STUDENTS students (30) do exercises at the
#	same time, in right ways and wrong ones, for ROUNDS turns each (8); "make
#	classroom" calls it by private.sh.
#
# The exit status is 0 only if what is noted of each in the end is what the log
# of the class says.  SEED repeats a class.
#
set -eu

bindir=$("$PG_CONFIG" --bindir)
pgxs=$(dirname "$(dirname "$("$PG_CONFIG" --pgxs)")")
PATH=$bindir:$PATH
STUDENTS=${STUDENTS:-30}
SEED=${SEED:-$(date +%s)}
TESTDIR=$(pwd)
PG_REGRESS=$pgxs/test/regress/pg_regress
PGPORT=65435
export PATH STUDENTS SEED TESTDIR PG_REGRESS PGPORT
mkdir -p tmp_check
prove -v -I "$pgxs/test/perl" -I . t/065_classroom_thirty.pl
