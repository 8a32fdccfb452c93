#!/bin/sh
#
# check-fast.sh
#	Run the tests that take seconds; "make check-fast" calls it by private.sh.
#
# All regress and isolation tests, and the TAP files that tools/times.txt does
# not call slower than FAST seconds; the others, and those that have no time
# there yet, are named at the end.
#
set -eu

FAST=${FAST:-3}
export FAST
exec tools/check.sh
