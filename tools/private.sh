#!/bin/sh
#
# private.sh GOAL PG_CONFIG
#	Run tools/GOAL.sh on a private copy of the server of PG_CONFIG.
#
# Gets what is missing, builds, makes a copy of the installation in a temporary
# directory, installs the extensions there and runs the goal as an ordinary
# user (initdb and postgres refuse root).  Whatever happens, no server and no
# temporary directory stays behind; a failure names the step and its log.
#
# The goal finds in its environment:
#	PG_CONFIG	the private installation's pg_config
#	PRIVATE		a temporary directory with a short path, for data and sockets
# and runs in the tree, or in a copy of it where the user can't write.  That
# copy, what was built in it and the installation are kept in tmp_kept/MAJOR of
# the tree, so that the next run builds only what changed: "make clean" removes
# it, and where it can't be (or another run uses it) all that is temporary.
#
set -eu

goal=$1
wanted=$2
cd "$(dirname "$0")/.."
top=$(pwd)
. tools/common.sh

# What make tells its children would reach make installcheck and psql.
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES PSQLRC || true
# A private server is reached by its socket alone.
unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGSERVICE \
	PGOPTIONS PGSSLMODE PGDATA PGCLIENTENCODING PGPASSFILE || true

tmp=${TMPDIR:-/tmp}
case $tmp in *[[:space:]]*) tmp=/tmp ;; esac

PRIVATE=$(mktemp -d "$tmp/arch.XXXXXX") ||
	die "cannot make a temporary directory in $tmp: is the disk full?"
export PRIVATE

# shellcheck disable=SC2317
finish()
{
	rc=$?
	trap '' INT TERM HUP
	stop_servers "$PRIVATE" "${tree:-}"
	if [ "$rc" -ne 0 ] && [ "$rc" -ne 130 ] && ls "$PRIVATE"/log/* >/dev/null 2>&1
	then
		keep=$top/tmp_log/$goal
		if mkdir -p "$keep" 2>/dev/null && cp -R "$PRIVATE"/log/. "$keep" 2>/dev/null
		then
			echo "$goal: the logs are in $keep" >&2
		else
			keep=$(mktemp -d "$tmp/arch_log.XXXXXX") &&
				cp -R "$PRIVATE"/log/. "$keep" &&
				echo "$goal: the logs are in $keep" >&2
		fi
	fi
	cd /
	rm -rf "$PRIVATE"
	exit "$rc"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

chmod 755 "$PRIVATE"
mkdir "$PRIVATE/log"

pg_config=$(tools/prerequisites.sh "$goal" "$wanted")
# Headers that came along with a server that was unpacked, not installed.
if [ -d "$PRIVATE/packages/usr/include" ]
then
	C_INCLUDE_PATH=$PRIVATE/packages/usr/include:$(echo "$PRIVATE"/packages/usr/include/*-linux-*)
	export C_INCLUDE_PATH
fi

# The goal runs as this user: root hands over to an ordinary one.
user=
if [ "$(id -u)" = 0 ]
then
	user=${CHECK_USER:-${SUDO_USER:-postgres}}
	[ "$user" != root ] || user=postgres
	id "$user" >/dev/null 2>&1 || user=nobody
fi

run_as()
{
	if [ -n "$user" ]
	then
		HOME=$PRIVATE setpriv --reuid="$user" --regid="$(id -g "$user")" \
			--init-groups "$@"
	else
		"$@"
	fi
}

# A folder that this run alone uses and the user can write, on a path that PGXS
# and pg_regress can do with (no space in it).
major=$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
kept=
case $top in
	*[[:space:]\'\"\$]*) ;;
	*)
		if mkdir -p "tmp_kept/$major" 2>/dev/null && command -v flock >/dev/null &&
			{ [ -z "$user" ] || chown "$user" tmp_kept "tmp_kept/$major"; } &&
			run_as test -w "$top/tmp_kept/$major" 2>/dev/null &&
			exec 9>>"tmp_kept/$major/lock" && flock -n 9
		then
			kept=$top/tmp_kept/$major
		fi
esac

# A tree that the user can't write, or on another path, is used as a copy.  One
# that is not kept brings along what was built before; make sees for itself what
# is out of date.
tree=$top
case $top in *[[:space:]\'\"\$]*) tree= ;; esac
[ -z "$user" ] && [ -w . ] && [ -w math_utils ] && [ -w tools ] || tree=
if [ -z "$tree" ] && [ -n "$kept" ]
then
	tree=$kept/tree
	step "copy what changed" tools/sync_tree.sh "$tree"
	chown -R "$user" "$kept"
elif [ -z "$tree" ]
then
	tree=$PRIVATE/tree
	mkdir "$tree"
	step "copy the tree" sh -c "tar -cf - --exclude=.git --exclude='./tmp_*' --exclude=./results . | tar -xf - -C '$tree'"
fi
[ -z "$user" ] || chown -R "$user" "$PRIVATE"

cd "$tree"
rc=0
begun=$(date +%s)
# Nothing that is started here may hold the lock when this is over.
run_as tools/build.sh "$pg_config" "$PRIVATE" "${kept:-$PRIVATE}" 9>&- || exit $?
BUILD_SECONDS=$(($(date +%s) - begun))
export BUILD_SECONDS
PG_CONFIG=$(cat "$PRIVATE/pg_config")
export PG_CONFIG
run_as "tools/$goal.sh" 9>&- || rc=$?
[ ! -s "$PRIVATE/log/times" ] || [ -z "$kept" ] ||
	cp "$PRIVATE/log/times" "$kept/times" 2>/dev/null || true
cd "$top"
exit "$rc"
