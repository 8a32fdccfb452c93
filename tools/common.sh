# common.sh - shell functions that the scripts in tools/ share (to be sourced)

# die MESSAGE - say it and end
die()
{
	echo "$(basename "$0" .sh): $*" >&2
	exit 1
}

# step NAME COMMAND ARG... - run a step quietly; where it fails, show the end
# of what it said and name its log.  Logs go to $PRIVATE/log.
step()
{
	step_name=$1
	shift
	step_log=$PRIVATE/log/$(echo "$step_name" | tr ' /' '__').log
	step_rc=0
	"$@" >"$step_log" 2>&1 || step_rc=$?
	if [ "$step_rc" -ne 0 ]
	then
		# After Ctrl-C the step's own words are noise.
		[ "$step_rc" -ge 129 ] || tail -n 30 "$step_log" >&2
		echo "the step \"$step_name\" failed (exit status $step_rc), see $(basename "$step_log")" >&2
		exit "$step_rc"
	fi
}

# start_server DIR [SETTING ...] - initdb and start a server whose data is
# DIR/data and whose socket is in DIR.  It listens on nothing else.
# INITDB_OPTIONS are initdb's.
start_server()
{
	server_dir=$1
	shift
	bindir=$("$PG_CONFIG" --bindir)
	mkdir -p "$server_dir"
	[ ${#server_dir} -lt 90 ] ||
		die "the path $server_dir is too long for a Unix socket; set TMPDIR to a shorter one"
	[ ! -e "$server_dir/.s.PGSQL.5432" ] ||
		die "a socket is already in use in $server_dir"
	step "initdb" "$bindir/initdb" -D "$server_dir/data" -U postgres -A trust \
		-E UTF8 --locale=C.UTF-8 --no-sync ${INITDB_OPTIONS:-}
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$server_dir'"
		echo "port = 5432"
		echo "fsync = off"
		for setting in "$@"; do echo "$setting"; done
	} >> "$server_dir/data/postgresql.conf"
	step "start the server" "$bindir/pg_ctl" -D "$server_dir/data" -w -t 120 \
		-l "$PRIVATE/log/server.log" start
	PGHOST=$server_dir PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	export PGHOST PGPORT PGUSER PGDATABASE
}

# stop_servers DIR [TREE] - end every server whose data lies below DIR, or in
# what the tests make below TREE
stop_servers()
{
	for pidfile in "$1"/*/data/postmaster.pid "$1"/*/postmaster.pid \
		"${2:-$1/tree}"/tmp_check*/*/pgdata/postmaster.pid
	do
		[ -f "$pidfile" ] || continue
		server_pid=$(head -n 1 "$pidfile")
		# A server that was killed leaves its file, and the number may be
		# another's by now, that of another test's server too.
		server_cwd=$(readlink "/proc/$server_pid/cwd" 2>/dev/null) || server_cwd=
		[ ! -e /proc/self/cwd ] || [ "$server_cwd" = "$(cd "${pidfile%/*}" && pwd -P)" ] || continue
		kill -QUIT "$server_pid" 2>/dev/null || continue
		i=0
		while kill -0 "$server_pid" 2>/dev/null && [ $i -lt 100 ]
		do
			sleep 0.1
			i=$((i + 1))
		done
	done
}
