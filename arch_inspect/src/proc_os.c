/*-------------------------------------------------------------------------
 *
 * proc_os.c
 *	  What the operating system knows of the server's processes.
 *
 * Linux tells it in /proc; elsewhere everything here is null.  Only the
 * postmaster and its children are ever looked at: these functions must not
 * show anybody the rest of the machine.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "processes.h"

/* The fields of /proc/PID/stat that are of use here */
typedef struct ProcStat
{
	char		state;
	int			parent;
	uint64		user_ticks;
	uint64		system_ticks;
	int			threads;
	uint64		start_ticks;
} ProcStat;

/*
 * Reads a file of /proc whole; returns the bytes read, or -1 with errno set.
 * The buffer always ends with a zero byte.
 */
static int
read_proc(int pid, const char *what, char *buf, int size)
{
	char		path[MAXPGPATH];
	int			fd;
	int			len = 0;

	if (pid > 0)
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	else
		snprintf(path, sizeof(path), "/proc/%s", what);
	fd = OpenTransientFile(path, O_RDONLY);
	if (fd < 0)
		return -1;
	while (len < size - 1)
	{
		int			n = read(fd, buf + len, size - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
		{
			int			save_errno = errno;

			CloseTransientFile(fd);
			errno = save_errno;
			return -1;
		}
		if (n == 0)
			break;
		len += n;
	}
	CloseTransientFile(fd);
	buf[len] = '\0';
	return len;
}

/*
 * The command name stands in parentheses and may hold anything, so that the
 * fields are counted from the last parenthesis.
 */
static bool
read_stat(int pid, ProcStat *stat)
{
	char		buf[1024];
	char	   *p;

	if (read_proc(pid, "stat", buf, sizeof(buf)) <= 0)
		return false;
	p = strrchr(buf, ')');
	if (p == NULL)
		return false;
	return sscanf(p + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
				  UINT64_FORMAT " " UINT64_FORMAT
				  " %*d %*d %*d %*d %d %*d " UINT64_FORMAT,
				  &stat->state, &stat->parent, &stat->user_ticks,
				  &stat->system_ticks, &stat->threads,
				  &stat->start_ticks) == 6;
}

/*
 * Is that process the postmaster or a child of his?  Fills "stat".
 */
static bool
is_of_cluster(int pid, ProcStat *stat)
{
	return pid > 0 && read_stat(pid, stat) &&
		stat->state != 'Z' && stat->state != 'X' &&
		(pid == PostmasterPid || pid == MyProcPid ||
		 (IsUnderPostmaster && stat->parent == PostmasterPid));
}

/*
 * When a process began, from the ticks since boot; good to a few hundredths
 * of a second.
 */
static TimestampTz
start_time(uint64 start_ticks)
{
#ifdef CLOCK_BOOTTIME
	struct timespec boot;
	double		age;

	if (clock_gettime(CLOCK_BOOTTIME, &boot) == 0)
	{
		age = boot.tv_sec + boot.tv_nsec / 1e9 -
			(double) start_ticks / sysconf(_SC_CLK_TCK);
		return GetCurrentTimestamp() - (TimestampTz) (age * USECS_PER_SEC);
	}
#endif
	return 0;
}

/*
 * ai_process_parent - parent and start of a process that lives; false when
 * it is gone, waits only to be reaped, or /proc does not tell
 */
bool
ai_process_parent(int pid, int *parent, TimestampTz *started)
{
	ProcStat	stat;

	if (!read_stat(pid, &stat) || stat.state == 'Z' || stat.state == 'X')
		return false;
	*parent = stat.parent;
	*started = start_time(stat.start_ticks);
	return true;
}

/*
 * ai_process_title_is - does "postgres: [cluster_name: ]TITLE" stand in ps?
 */
bool
ai_process_title_is(int pid, const char *title)
{
	char		buf[512];
	char	   *p = buf;
	int			len = read_proc(pid, "cmdline", buf, sizeof(buf));

	if (len <= 0 || strncmp(p, "postgres: ", strlen("postgres: ")) != 0)
		return false;
	p += strlen("postgres: ");
	if (cluster_name[0] != '\0' &&
		strncmp(p, cluster_name, strlen(cluster_name)) == 0)
	{
		p += strlen(cluster_name);
		if (strncmp(p, ": ", 2) != 0)
			return false;
		p += 2;
	}
	len = strlen(p);
	while (len > 0 && p[len - 1] == ' ')
		len--;
	return len == strlen(title) && strncmp(p, title, len) == 0;
}

/*
 * ai_memory_limit - bytes that the control group allows; 0 when it does not
 * limit, or there is none
 */
int64
ai_memory_limit(void)
{
	int			fd = OpenTransientFile("/sys/fs/cgroup/memory.max", O_RDONLY);
	char		buf[64];
	int			len;

	if (fd < 0)
		return 0;
	len = read(fd, buf, sizeof(buf) - 1);
	CloseTransientFile(fd);
	if (len <= 0)
		return 0;
	buf[len] = '\0';
	return Max(strtoll(buf, NULL, 10), 0);
}

/*
 * Every process of the machine whose parent is the postmaster.
 */
static List *
scan_for_children(void)
{
	List	   *result = NIL;
	DIR		   *dir = AllocateDir("/proc");
	struct dirent *de;

	if (dir == NULL)
		return NIL;
	while ((de = ReadDirExtended(dir, "/proc", DEBUG1)) != NULL)
	{
		ProcStat	stat;
		int			pid = atoi(de->d_name);

		CHECK_FOR_INTERRUPTS();
		if (pid > 0 && read_stat(pid, &stat) && stat.parent == PostmasterPid)
			result = lappend_int(result, pid);
	}
	FreeDir(dir);
	return result;
}

/*
 * ai_postmaster_children - pids of the postmaster's children, NIL where the
 * system does not tell
 *
 * The kernel's own list may miss a child while others come and go.  Those
 * with a status entry are found in shared memory anyway; only for a logger
 * that should be there is it worth to look through all processes.
 */
List *
ai_postmaster_children(bool expect_logger)
{
	List	   *result = NIL;
	char		what[64];
	char	   *buf;
	char	   *p;
	int			len;
	int			size = 16 * (MaxBackends + 100);

	if (!IsUnderPostmaster)
		return NIL;
	snprintf(what, sizeof(what), "task/%d/children", PostmasterPid);
	buf = palloc(size);
	len = read_proc(PostmasterPid, what, buf, size);
	if (len < 0)
		return scan_for_children();
	for (p = strtok(buf, " "); p != NULL; p = strtok(NULL, " "))
	{
		int			pid = atoi(p);

		if (expect_logger && ai_process_title_is(pid, "logger"))
			expect_logger = false;
		result = lappend_int(result, pid);
	}
	pfree(buf);
	return expect_logger ? scan_for_children() : result;
}

static Datum
make_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls,
		 const Oid *types, int ntypes)
{
	TupleDesc	desc;
	int			i;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (i = 0; i < ntypes && i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->atttypid != types[i])
			break;
	}
	if (i < ntypes || desc->natts != ntypes)
		ai_wrong_version();
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

static Datum
ticks_interval(uint64 ticks)
{
	Interval   *result = palloc0(sizeof(Interval));

	result->time = (TimeOffset) (ticks * (USECS_PER_SEC / sysconf(_SC_CLK_TCK)));
	return IntervalPGetDatum(result);
}

/*
 * The number behind "name:" in a file of lines like /proc/PID/io; -1 when it
 * is not there.
 */
static int64
field_of(const char *buf, const char *name)
{
	const char *p = buf;
	size_t		len = strlen(name);

	while (p != NULL && *p != '\0')
	{
		if (strncmp(p, name, len) == 0 && p[len] == ':')
			return strtoll(p + len + 1, NULL, 10);
		p = strchr(p, '\n');
		if (p != NULL)
			p++;
	}
	return -1;
}

/*
 * ai_process_os - arch_inspect.process_os(integer)
 *
 * What /proc/PID/stat and statm tell.  Null for a process that is gone or is
 * not of this cluster.
 */
PG_FUNCTION_INFO_V1(ai_process_os);

Datum
ai_process_os(PG_FUNCTION_ARGS)
{
	static const Oid types[] = {TEXTOID, INTERVALOID, INTERVALOID, INT4OID, INT8OID};
	Datum		values[lengthof(types)] = {0};
	bool		nulls[lengthof(types)] = {0};
	ProcStat	stat;
	char		buf[256];
	const char *state;
	long long	resident;

	if (!is_of_cluster(PG_GETARG_INT32(0), &stat))
		PG_RETURN_NULL();
	switch (stat.state)
	{
		case 'R':
			state = "running";
			break;
		case 'S':
			state = "sleeping";
			break;
		case 'D':
			state = "waiting for a device";
			break;
		case 'T':
			state = "stopped";
			break;
		case 't':
			state = "stopped by a debugger";
			break;
		case 'I':
			state = "idle";
			break;
		default:
			state = psprintf("state %c", stat.state);
	}
	values[0] = CStringGetTextDatum(state);
	values[1] = ticks_interval(stat.user_ticks);
	values[2] = ticks_interval(stat.system_ticks);
	values[3] = Int32GetDatum(stat.threads);
	if (read_proc(PG_GETARG_INT32(0), "statm", buf, sizeof(buf)) > 0 &&
		sscanf(buf, "%*d %lld", &resident) == 1)
		values[4] = Int64GetDatum((int64) resident * sysconf(_SC_PAGESIZE));
	else
		nulls[4] = true;
	return make_row(fcinfo, values, nulls, types, lengthof(types));
}

/*
 * ai_process_memory - arch_inspect.process_memory(integer)
 *
 * The kernel walks the whole page table of the process for this.
 */
PG_FUNCTION_INFO_V1(ai_process_memory);

Datum
ai_process_memory(PG_FUNCTION_ARGS)
{
	static const Oid types[] = {INT8OID, INT8OID, INT8OID, INT8OID};
	Datum		values[lengthof(types)] = {0};
	bool		nulls[lengthof(types)] = {0};
	ProcStat	stat;
	char		buf[4096];
	int64		bytes[lengthof(types)];
	int			i;

	if (!is_of_cluster(PG_GETARG_INT32(0), &stat) ||
		read_proc(PG_GETARG_INT32(0), "smaps_rollup", buf, sizeof(buf)) <= 0)
		PG_RETURN_NULL();
	bytes[0] = field_of(buf, "Private_Clean") + field_of(buf, "Private_Dirty") +
		Max(field_of(buf, "Private_Hugetlb"), 0);
	bytes[1] = field_of(buf, "Shared_Clean") + field_of(buf, "Shared_Dirty") +
		Max(field_of(buf, "Shared_Hugetlb"), 0);
	bytes[2] = field_of(buf, "Pss");
	bytes[3] = field_of(buf, "Swap");
	for (i = 0; i < lengthof(types); i++)
	{
		nulls[i] = bytes[i] < 0;
		values[i] = Int64GetDatum(bytes[i] * 1024);
	}
	return make_row(fcinfo, values, nulls, types, lengthof(types));
}

/*
 * ai_process_io - arch_inspect.process_io(integer)
 */
PG_FUNCTION_INFO_V1(ai_process_io);

Datum
ai_process_io(PG_FUNCTION_ARGS)
{
	static const Oid types[] = {INT8OID, INT8OID};
	static const char *const names[] = {"read_bytes", "write_bytes"};
	Datum		values[lengthof(types)] = {0};
	bool		nulls[lengthof(types)] = {0};
	ProcStat	stat;
	char		buf[1024];
	int			i;

	if (!is_of_cluster(PG_GETARG_INT32(0), &stat) ||
		read_proc(PG_GETARG_INT32(0), "io", buf, sizeof(buf)) <= 0)
		PG_RETURN_NULL();
	for (i = 0; i < lengthof(types); i++)
	{
		int64		n = field_of(buf, names[i]);

		nulls[i] = n < 0;
		values[i] = Int64GetDatum(n);
	}
	return make_row(fcinfo, values, nulls, types, lengthof(types));
}

/*
 * Counts the open files of a process; -1 with errno set when that is denied.
 */
static int
count_files(int pid)
{
	char		path[MAXPGPATH];
	DIR		   *dir;
	struct dirent *de;
	int			n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = AllocateDir(path);
	if (dir == NULL)
		return -1;
	while ((de = ReadDirExtended(dir, path, DEBUG1)) != NULL)
	{
		if (de->d_name[0] != '.')
			n++;
	}
	FreeDir(dir);
	/* reading our own, the directory itself is one of them */
	return pid == MyProcPid ? n - 1 : n;
}

/*
 * ai_process_open_files - arch_inspect.process_open_files(integer)
 */
PG_FUNCTION_INFO_V1(ai_process_open_files);

Datum
ai_process_open_files(PG_FUNCTION_ARGS)
{
	ProcStat	stat;
	int			n;

	if (!is_of_cluster(PG_GETARG_INT32(0), &stat))
		PG_RETURN_NULL();
	n = count_files(PG_GETARG_INT32(0));
	if (n < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(n);
}

/*
 * The errno with which a file of the process is denied; 0 when it is not.
 * Only io is denied not before it is read, and it is cheap: the others are
 * just opened.
 */
static int
denied(int pid, const char *what)
{
	char		buf[1024];
	char		path[MAXPGPATH];
	int			fd;

	if (strcmp(what, "io") == 0)
		return read_proc(pid, what, buf, sizeof(buf)) < 0 ? errno : 0;
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	fd = OpenTransientFile(path, O_RDONLY);
	if (fd < 0)
		return errno;
	CloseTransientFile(fd);
	return 0;
}

/*
 * ai_process_os_note - arch_inspect.process_os_note(integer)
 *
 * Why columns from the operating system are null; null when none need be.
 */
PG_FUNCTION_INFO_V1(ai_process_os_note);

Datum
ai_process_os_note(PG_FUNCTION_ARGS)
{
	static const char *const files[] = {"stat", "io", "smaps_rollup", "fd"};
	int			pid = PG_GETARG_INT32(0);
	ProcStat	stat;
	char		buf[1024];
	int			i;

	if (read_proc(0, "self/stat", buf, sizeof(buf)) <= 0)
		PG_RETURN_TEXT_P(cstring_to_text("there is no /proc of Linux to read"));
	if (!is_of_cluster(pid, &stat))
		PG_RETURN_TEXT_P(cstring_to_text("the process has ended, or is not of this cluster"));
	for (i = 0; i < lengthof(files); i++)
	{
		int			why = denied(pid, files[i]);

		if (why != 0 && is_of_cluster(pid, &stat))
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("/proc/%d/%s: %s", pid,
													  files[i], strerror(why))));
	}
	PG_RETURN_NULL();
}
