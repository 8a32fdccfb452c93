/*-------------------------------------------------------------------------
 *
 * proc_os.c
 *	  What the operating system knows of the server's processes.
 *
 * Linux tells it in /proc; elsewhere everything here is null.  Only the
 * postmaster and its children are ever looked at: these functions must not
 * show anybody the rest of the machine.  Not every child is a process of the
 * server: where the postmaster is the first process of a container, or was
 * started by a shell that had children, orphans and commands are his too.
 *
 * What any ps shows of a process (stat, statm) is for everybody.  What the
 * kernel itself keeps from other users (io, fd, smaps_rollup) is for those
 * whom pg_stat_activity would show the process's statement.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
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
#include "result.h"
#include "server/proc_os.h"
#include "source/proc_status.h"

/* The fields of /proc/PID/stat that are of use here */
typedef struct ProcStat
{
	char		state;
	int			parent;
	uint64		user_ticks;
	uint64		system_ticks;
	int			threads;
	uint64		start_ticks;
	uint64		start_stack;
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
				  " %*d %*d %*d %*d %d %*d " UINT64_FORMAT
				  " %*u %*d %*u %*u %*u " UINT64_FORMAT,
				  &stat->state, &stat->parent, &stat->user_ticks,
				  &stat->system_ticks, &stat->threads,
				  &stat->start_ticks, &stat->start_stack) == 7;
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
 * Reads a file of a process that the kernel keeps from other users, for
 * those who may see it.  The process must be the same one before and after:
 * its number might have gone to another one, whose rights were not asked.
 */
static bool
read_guarded(int pid, const char *what, char *buf, int size)
{
	ProcStat	before;
	ProcStat	after;

	return is_of_cluster(pid, &before) && ai_may_see_process(pid) &&
		read_proc(pid, what, buf, size) > 0 &&
		read_stat(pid, &after) && after.start_ticks == before.start_ticks;
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
 * ai_process_is_server - was this child of the postmaster forked by him, and
 * does it still run the server's program?
 *
 * A fork has the program and the stack of its parent; every other program got
 * a stack of its own when it was executed, a second server too.  Where the
 * kernel does not show the program even of the postmaster, the title must do.
 */
bool
ai_process_is_server(int pid)
{
	char		path[MAXPGPATH];
	struct stat ours;
	struct stat its;
	ProcStat	postmaster;
	ProcStat	child;
	char		buf[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", PostmasterPid);
	if (stat(path, &ours) != 0)
		return read_proc(pid, "cmdline", buf, sizeof(buf)) > 0 &&
			strncmp(buf, "postgres: ", strlen("postgres: ")) == 0;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (stat(path, &its) != 0 ||
		its.st_dev != ours.st_dev || its.st_ino != ours.st_ino)
		return false;
#ifdef EXEC_BACKEND
	return true;
#else
	return read_stat(PostmasterPid, &postmaster) && read_stat(pid, &child) &&
		child.start_stack == postmaster.start_stack;
#endif
}

/*
 * ai_process_command - the command line of a process, or only its program's
 * name; NULL where the system does not tell
 *
 * The bytes are the process's own: what is not printable in ASCII becomes
 * "?", for no encoding is promised.
 */
char *
ai_process_command(int pid, bool whole)
{
	char	   *buf = palloc(4096);
	int			len = -1;
	int			i;

	if (whole)
	{
		len = read_proc(pid, "cmdline", buf, 4096);
		/* a process that changed its title may have padded it */
		while (len > 0 && (buf[len - 1] == '\0' || buf[len - 1] == ' '))
			len--;
	}
	if (len <= 0)
	{
		len = read_proc(pid, "comm", buf, 4096);
		if (len > 0 && buf[len - 1] == '\n')
			len--;
	}
	if (len <= 0)
		return NULL;
	for (i = 0; i < len; i++)
	{
		if (buf[i] == '\0')
			buf[i] = ' ';
		else if (buf[i] < ' ' || buf[i] > '~')
			buf[i] = '?';
	}
	buf[len] = '\0';
	return buf;
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

		if (expect_logger &&
			ai_process_title_is(pid, GetBackendTypeDesc(B_LOGGER)) &&
			ai_process_is_server(pid))
			expect_logger = false;
		result = lappend_int(result, pid);
	}
	pfree(buf);
	return expect_logger ? scan_for_children() : result;
}

static Datum
make_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls,
		 const ArchColumn *columns, int ncolumns)
{
	return HeapTupleGetDatum(heap_form_tuple(arch_result_row(fcinfo, columns,
															 ncolumns),
											 values, nulls));
}

static Datum
ticks_interval(uint64 ticks)
{
	Interval   *result = palloc0(sizeof(Interval));

	result->time =
		(TimeOffset) (ticks * (USECS_PER_SEC / sysconf(_SC_CLK_TCK)));
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
 * ai_process_os - arch_parts.process_os(integer)
 *
 * What /proc/PID/stat and statm tell.  Null for a process that is gone or is
 * not of this cluster.
 */
PG_FUNCTION_INFO_V1(ai_process_os);

Datum
ai_process_os(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"os_state", TEXTOID},
		{"cpu_user", INTERVALOID},
		{"cpu_system", INTERVALOID},
		{"threads", INT4OID},
		{"resident_bytes", INT8OID}
	};
	Datum		values[lengthof(columns)] = {0};
	bool		nulls[lengthof(columns)] = {0};
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
	return make_row(fcinfo, values, nulls, columns, lengthof(columns));
}

/*
 * ai_process_memory - arch_parts.process_memory(integer)
 *
 * Private and Shared of smaps tell how many processes map a page now, so that
 * a page of the shared buffers is "private" until a second process touches
 * it.  What matters is what it is: anonymous memory is the process's own, as
 * the kernel counts it, and shared memory is counted by RssShmem; huge pages,
 * which only shared memory has here, are in neither.  The kernel walks the
 * whole page table of the process for smaps_rollup.
 */
PG_FUNCTION_INFO_V1(ai_process_memory);

Datum
ai_process_memory(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"private_bytes", INT8OID},
		{"shared_bytes", INT8OID},
		{"proportional_bytes", INT8OID},
		{"swapped_bytes", INT8OID}
	};
	Datum		values[lengthof(columns)] = {0};
	bool		nulls[lengthof(columns)] = {0};
	char		rollup[4096];
	char		status[8192];
	int64		bytes[lengthof(columns)];
	int64		shmem = -1;
	int			i;

	if (!read_guarded(PG_GETARG_INT32(0), "smaps_rollup", rollup,
					  sizeof(rollup)))
		PG_RETURN_NULL();
	if (read_guarded(PG_GETARG_INT32(0), "status", status, sizeof(status)))
		shmem = field_of(status, "RssShmem");
	bytes[0] = field_of(rollup, "Anonymous");
	bytes[1] = shmem < 0 ? -1 : shmem +
		Max(field_of(rollup, "Shared_Hugetlb"), 0) +
		Max(field_of(rollup, "Private_Hugetlb"), 0);
	bytes[2] = field_of(rollup, "Pss");
	bytes[3] = field_of(rollup, "Swap");
	for (i = 0; i < lengthof(columns); i++)
	{
		nulls[i] = bytes[i] < 0;
		values[i] = Int64GetDatum(bytes[i] * 1024);
	}
	return make_row(fcinfo, values, nulls, columns, lengthof(columns));
}

/*
 * ai_process_io - arch_parts.process_io(integer)
 */
PG_FUNCTION_INFO_V1(ai_process_io);

Datum
ai_process_io(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"read_bytes", INT8OID},
		{"written_bytes", INT8OID}
	};
	static const char *const names[] = {"read_bytes", "write_bytes"};
	Datum		values[lengthof(columns)] = {0};
	bool		nulls[lengthof(columns)] = {0};
	char		buf[1024];
	int			i;

	if (!read_guarded(PG_GETARG_INT32(0), "io", buf, sizeof(buf)))
		PG_RETURN_NULL();
	for (i = 0; i < lengthof(columns); i++)
	{
		int64		n = field_of(buf, names[i]);

		nulls[i] = n < 0;
		values[i] = Int64GetDatum(n);
	}
	return make_row(fcinfo, values, nulls, columns, lengthof(columns));
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
 * ai_process_open_files - arch_parts.process_open_files(integer)
 */
PG_FUNCTION_INFO_V1(ai_process_open_files);

Datum
ai_process_open_files(PG_FUNCTION_ARGS)
{
	int			pid = PG_GETARG_INT32(0);
	ProcStat	before;
	ProcStat	after;
	int			n;

	if (!is_of_cluster(pid, &before) || !ai_may_see_process(pid))
		PG_RETURN_NULL();
	n = count_files(pid);
	if (n < 0 || !read_stat(pid, &after) ||
		after.start_ticks != before.start_ticks)
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
 * ai_process_os_note - arch_parts.process_os_note(integer)
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
	if (!ai_may_see_process(pid))
		PG_RETURN_TEXT_P(cstring_to_text("its memory, I/O and open files are for members of its role and of pg_read_all_stats"));
	for (i = 0; i < lengthof(files); i++)
	{
		int			why = denied(pid, files[i]);

		if (why != 0 && is_of_cluster(pid, &stat))
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("/proc/%d/%s: %s", pid,
													  files[i],
													  strerror(why))));
	}
	PG_RETURN_NULL();
}
