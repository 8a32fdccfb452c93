/*-------------------------------------------------------------------------
 *
 * extensions.c
 *	  What of an extension the catalogs don't know: is its library loaded,
 *	  and which of the server's hooks does it hold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dlfcn.h>
#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__) || \
	defined(__OpenBSD__)
#include <link.h>
#define HAVE_LOADER_LIST
#endif

#include "catalog/objectaccess.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "commands/explain.h"
#include "commands/extension.h"
#include "commands/user.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"
#include "rewrite/rowsecurity.h"
#include "storage/ipc.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/elog.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "result.h"

#ifndef DLSUFFIX
#define DLSUFFIX ".so"
#endif

/* A library that is looked for among those in memory */
typedef struct Sought
{
	const char *path;			/* as the server would have it opened */
	bool		found;
} Sought;

#ifdef HAVE_LOADER_LIST

/* One of the loader's list is, with or without its suffix, the one sought. */
static int
compare_loaded(struct dl_phdr_info *info, size_t size, void *arg)
{
	Sought	   *sought = arg;
	size_t		len = strlen(sought->path);

	if (info->dlpi_name != NULL &&
		strncmp(info->dlpi_name, sought->path, len) == 0 &&
		(info->dlpi_name[len] == '\0' ||
		 strcmp(info->dlpi_name + len, DLSUFFIX) == 0))
		sought->found = true;
	return sought->found;
}

#endif

/*
 * Is the file of this name in a directory in the memory of this process?
 *
 * The loader's list is asked, and by name only: a path that a role thought up
 * is never opened or looked at.
 */
static bool
is_mapped(const char *directory, const char *name)
{
	Sought		sought = {NULL, false};
	char	   *path = directory != NULL ?
		psprintf("%s/%s", directory, name) : pstrdup(name);

	canonicalize_path(path);
	sought.path = path;
#ifdef HAVE_LOADER_LIST
	if (path[0] != '\0')
		dl_iterate_phdr(compare_loaded, &sought);
#endif
	pfree(path);
	return sought.found;
}

/*
 * The same in each directory of dynamic_library_path, where $libdir stands
 * for the server's own.
 */
static bool
is_mapped_on_path(const char *name)
{
	char	   *path = pstrdup(Dynamic_library_path);
	char	   *next = path;
	char	   *directory;

	while ((directory = strsep(&next, ":")) != NULL)
	{
		if (strncmp(directory, "$libdir", strlen("$libdir")) == 0)
			directory = psprintf("%s%s", pkglib_path,
								 directory + strlen("$libdir"));
		if (directory[0] != '\0' && is_mapped(directory, name))
			return true;
	}
	return false;
}

/*
 * ai_library_loaded - arch_parts.library_loaded(text)
 *
 * The name is taken as the server takes that of a function's library.  NULL
 * where the loader does not tell what it has loaded.
 */
PG_FUNCTION_INFO_V1(ai_library_loaded);

Datum
ai_library_loaded(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		in_libdir = strncmp(name, "$libdir/",
									strlen("$libdir/")) == 0;
	bool		found;

#ifndef HAVE_LOADER_LIST
	PG_RETURN_NULL();
#endif
	if (in_libdir)
		name += strlen("$libdir/");
	if (strlen(name) >= MAXPGPATH)
		PG_RETURN_BOOL(false);

	if (strchr(name, '/') != NULL)
		found = is_mapped(in_libdir ? pkglib_path : NULL, name);
	else if (in_libdir && !ARCH_LIBDIR_IS_SEARCHED)
		found = is_mapped(pkglib_path, name);
	else
		found = name[0] != '\0' && is_mapped_on_path(name);
	PG_RETURN_BOOL(found);
}

/*
 * ai_extension_oid - arch_parts.extension_oid(name)
 *
 * An error where there is none, as of any other object.
 */
PG_FUNCTION_INFO_V1(ai_extension_oid);

Datum
ai_extension_oid(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(get_extension_oid(NameStr(*PG_GETARG_NAME(0)), false));
}

#define HOOK(name, words) {#name, (void **) &name, words}

static const struct
{
	const char *name;
	void	  **address;
	const char *words;
}			hooks[] = {

	HOOK(post_parse_analyze_hook, "sees each statement after parse analysis"),
	HOOK(planner_hook, "plans statements, or watches planning"),
#if ARCH_PLANNER_HOOKS_19
	HOOK(planner_setup_hook, "prepares the planning of a statement"),
	HOOK(planner_shutdown_hook, "runs when a statement is planned"),
	HOOK(build_simple_rel_hook, "changes what the planner knows of a relation, as of indexes that do not exist"),
	HOOK(joinrel_setup_hook, "changes what the planner knows of a join"),
	HOOK(join_path_setup_hook, "chooses which kinds of join a pair may use"),
#endif
	HOOK(join_search_hook, "searches the order of joins"),
	HOOK(set_rel_pathlist_hook, "adds ways to scan a relation"),
	HOOK(set_join_pathlist_hook, "adds ways to join"),
	HOOK(create_upper_paths_hook, "adds ways to group, sort and finish"),
#if !ARCH_PLANNER_HOOKS_19
	HOOK(get_relation_info_hook, "changes what the planner knows of a relation, as of indexes that do not exist"),
#endif
	HOOK(get_relation_stats_hook, "replaces a column's statistics"),
	HOOK(get_index_stats_hook, "replaces an index expression's statistics"),
	HOOK(get_attavgwidth_hook, "replaces a column's average width"),
	HOOK(explain_get_index_name_hook, "names indexes in EXPLAIN"),
	HOOK(ExplainOneQuery_hook, "explains a statement its own way"),
	HOOK(ExecutorStart_hook, "runs as execution starts"),
	HOOK(ExecutorRun_hook, "runs around execution"),
	HOOK(ExecutorFinish_hook, "runs as execution finishes"),
	HOOK(ExecutorEnd_hook, "runs as execution ends"),
	HOOK(ExecutorCheckPerms_hook, "checks permissions on tables"),
	HOOK(ProcessUtility_hook, "runs around commands other than queries"),
	HOOK(object_access_hook,
		 "sees objects being created, altered, dropped and looked up"),
	HOOK(object_access_hook_str, "the same for objects known by name"),
	HOOK(row_security_policy_hook_permissive,
		 "adds permissive row security policies"),
	HOOK(row_security_policy_hook_restrictive,
		 "adds restrictive row security policies"),
	HOOK(needs_fmgr_hook, "chooses functions to wrap"),
	HOOK(fmgr_hook, "wraps calls of functions"),
	HOOK(check_password_hook, "checks new passwords"),
	HOOK(shmem_startup_hook, "sets up its shared memory"),
	HOOK(shmem_request_hook, "asks for shared memory"),
	HOOK(emit_log_hook, "sees each line of the log")
};

/*
 * ai_hooks - arch_inspect.hooks()
 *
 * Only the library that came last is known: it calls those before it, and
 * nobody but itself knows them.  The hook at authentication is left out: its
 * header needs those of GSSAPI.
 */
PG_FUNCTION_INFO_V1(ai_hooks);

Datum
ai_hooks(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"hook", TEXTOID},
		{"held_by", TEXTOID},
		{"what", TEXTOID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)] = {0};
	int			i;

	for (i = 0; i < lengthof(hooks); i++)
	{
		Dl_info		info;
		char	   *file = NULL;

		if (*hooks[i].address != NULL &&
			dladdr(*hooks[i].address, &info) != 0 && info.dli_fname != NULL)
		{
			const char *slash = strrchr(info.dli_fname, '/');
			char	   *dot;

			file = pstrdup(slash != NULL ? slash + 1 : info.dli_fname);
			dot = strrchr(file, '.');
			if (dot != NULL)
				*dot = '\0';
		}
		values[0] = CStringGetTextDatum(hooks[i].name);
		nulls[1] = (*hooks[i].address == NULL);
		if (!nulls[1])
			values[1] = CStringGetTextDatum(file != NULL ? file : "unknown");
		values[2] = CStringGetTextDatum(hooks[i].words);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

/*
 * ai_preload_libraries - arch_parts.preload_libraries()
 *
 * What is preloaded, for whoever may read that setting; else null.
 */
PG_FUNCTION_INFO_V1(ai_preload_libraries);

Datum
ai_preload_libraries(PG_FUNCTION_ARGS)
{
	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_SETTINGS))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s,%s",
											  shared_preload_libraries_string ?
											  shared_preload_libraries_string : "",
											  session_preload_libraries_string ?
											  session_preload_libraries_string : "")));
}
