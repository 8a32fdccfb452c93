#!/bin/sh
#
# prerequisites.sh GOAL PG_CONFIG
#	Get what GOAL needs and print the path of the pg_config to use.
#
# On Debian the missing packages are named, with the reason, and installed (as
# root, or by sudo); elsewhere they are named and nothing is done.  No database
# cluster is created on the way: Debian would make one, and start it, with the
# first server package.  NO_INSTALL=1 in the environment only names them.
#
set -eu

goal=$1
pg_config=$2
. "$(dirname "$0")/common.sh"

say() { echo "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
major_of() { "$1" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'; }

debian() { [ -z "${NO_INSTALL:-}" ] && have apt-get && have dpkg; }

as_root()
{
	if [ "$(id -u)" = 0 ]; then "$@"
	elif have sudo; then sudo "$@"
	else die "this needs root, and there is no sudo: run as root: $*"
	fi
}

# need PACKAGE REASON - note it as missing
missing=
need()
{
	case " $missing " in *" $1 "*) return 0 ;; esac
	missing="$missing $1"
	say "missing: $1 - $2"
}

# The first pg_config that serves: the one asked for, else (when none was) the
# one of the system's own major.
major=
if have "$pg_config"
then
	pg_config=$(command -v "$pg_config")
	major=$(major_of "$pg_config")
	case $major in
		''|*[!0-9]*) die "$pg_config does not tell its version: is it a pg_config?" ;;
	esac
	[ "$major" -ge 15 ] ||
		die "PostgreSQL 15 or later is needed; $pg_config is of $("$pg_config" --version)"
elif [ "$pg_config" != pg_config ]
then
	case $pg_config in
		/usr/lib/postgresql/[0-9]*/bin/pg_config)
			major=${pg_config#/usr/lib/postgresql/}
			major=${major%%/*} ;;
		*) die "there is no pg_config at $pg_config" ;;
	esac
elif debian
then
	apt-cache show postgresql >/dev/null 2>&1 || as_root apt-get update >&2
	major=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	[ -n "$major" ] || die "this system's packages know no postgresql"
	pg_config=/usr/lib/postgresql/$major/bin/pg_config
else
	say "no pg_config in the PATH. Needed: a PostgreSQL server (15 or later) with contrib,"
	say "its server headers, a C compiler, make, and for the tests Perl with IPC::Run and pgTAP."
	die "install them by this system's means, or name a pg_config: make $goal PG_CONFIG=..."
fi
[ -z "$major" ] || [ "$major" -ge 15 ] || die "PostgreSQL 15 or later is needed, not $major"

# under WHICH FILE - is FILE there, below the directory pg_config names?
under() { have "$pg_config" && [ -e "$("$pg_config" "--$1")/$2" ]; }

server=postgresql-$major
dev=postgresql-server-dev-$major

have "${CC:-cc}" || need gcc "a C compiler builds the extensions"
under bindir postgres || need "$server" "the server that shows itself"
under bindir psql || need "postgresql-client-$major" "psql"
under sharedir extension/pgcrypto.control || need "$server" "pgcrypto, which the lesson uses"
if ! { have "$pg_config" && [ -e "$("$pg_config" --pgxs)" ]; } ||
	! under includedir-server postgres.h
then
	need "$dev" "the server's headers and PGXS, to build against"
fi
case $goal in check|fuzz|soak)
	have prove || need perl "prove runs the TAP tests"
	perl -MIPC::Run -e 1 2>/dev/null || need libipc-run-perl "PostgreSQL's own test modules use it"
	under sharedir extension/pgtap.control || need "postgresql-$major-pgtap" "pgTAP, for the properties in pgtap/"
esac
[ ! -x "tools/prerequisites_$goal.sh" ] || missing="$missing $(tools/prerequisites_"$goal".sh "$major")"

if [ -n "$(echo $missing)" ]
then
	if ! debian
	then
		die "install these (the names are Debian's), then try again:$missing"
	fi
	# Headers come in the newest minor release, and a server must be of the
	# same one: the two are asked for together.
	case " $missing " in *" $server "*) ;; *" $dev "*) missing="$missing $server" ;; esac
	say "installing:$missing"
	if under bindir postgres && case " $missing " in *" $server "*) ;; *) false ;; esac
	then
		say "(if $server is upgraded on the way, Debian restarts its running clusters)"
	fi
	log=$(mktemp)
	conf=/etc/postgresql-common/createcluster.conf
	kept=
	# shellcheck disable=SC2317
	restore()
	{
		[ -z "$kept" ] || { as_root cp -p "$kept" "$conf"; rm -f "$kept"; }
		rm -f "$log"
	}
	trap restore EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -y "$@" >>"$log" 2>&1; }
	get()
	{
		apt install --no-install-recommends "$@" ||
			{ apt update && apt install --no-install-recommends "$@"; } ||
			{ tail -n 20 "$log" >&2; die "apt-get could not install: $*"; }
	}
	case "$missing" in *postgresql*)
		get postgresql-common
		if [ -f "$conf" ]
		then
			kept=$(mktemp)
			cp -p "$conf" "$kept"
			as_root sh -c "echo 'create_main_cluster = false' >> $conf"
		fi
	esac
	get $missing
	have "$pg_config" || pg_config=/usr/lib/postgresql/$major/bin/pg_config
fi

have "$pg_config" || die "there is still no pg_config at $pg_config"
headers=$(grep -hs '^#define PG_VERSION "' "$("$pg_config" --includedir-server)"/pg_config*.h |
	head -n 1 | sed 's/[^"]*"\([0-9.a-z]*\).*/\1/')
[ -n "$headers" ] || die "the server's headers are missing in $("$pg_config" --includedir-server)"
running=$("$("$pg_config" --bindir)/postgres" --version | sed 's/^postgres (PostgreSQL) \([0-9.a-z]*\).*/\1/')
[ "$headers" = "$running" ] ||
	die "the server is $running, but its headers are of $headers: upgrade them to the same release"
[ "${headers%%.*}" = "$(major_of "$pg_config")" ] ||
	die "$pg_config is of $("$pg_config" --version), but its headers are of $headers"

echo "$pg_config"
