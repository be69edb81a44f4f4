/* SPDX-License-Identifier: MIT */
/*
 * sandbox_impl.h - what the files of the sandbox share with each other
 *
 *	sandbox.c          outside: start, wait, read output, kill
 *	sandbox_ids.c      outside: the user namespace's maps
 *	sandbox_watch.c    outside: who is inside, how much memory they use
 *	sandbox_init.c     PID 1: reap, report, start the program
 *	sandbox_root.c     PID 1: the file tree
 *	sandbox_program.c  the last steps before the untrusted program
 *	sandbox_filter.c   its seccomp filter
 */
#ifndef ISOLAB_SANDBOX_IMPL_H
#define ISOLAB_SANDBOX_IMPL_H

#include "gate.h"
#include "sandbox.h"

enum {
	PROGRAM_ID = 1000, /* uid and gid of the program, as it sees itself */
	RANGE_IDS = 65536, /* how many IDs a sandbox has, if it has a range */
	SMALL_RANGE_IDS = 5000, /* the same, where there are not that many */
};

/* What PID 1 tells the grader, one datagram each. */
struct sandbox_news {
	enum {
		NEWS_STARTED, /* the program has been executed */
		NEWS_FAILED,  /* it could not be; value is -errno */
		NEWS_ENDED,   /* value is its exit status */
	} kind;
	int value;
	char step[48]; /* of NEWS_FAILED: what was tried */
};

/* What PID 1 and the program's process are given; they live in copies of
 * the grader's memory. */
struct sandbox_plan {
	const struct sandbox_spec *spec;
	struct sandbox_limits limits; /* without zeros */
	struct gate mapped;	      /* opened when the maps are written */
	int newsfd;		      /* PID 1's end of the socket */
	int outfd;		      /* writing ends of the pipes */
	int errfd;
	int homefd; /* where PID 1 goes, cgroup.procs of its group; or -1 */
	unsigned program_id; /* PROGRAM_ID as PID 1's user namespace has it */
};

/* sandbox_ids_map() - map the IDs of a new user namespace
 * @pid: its first process; @subids: how many the program shall have besides,
 * if that is possible; @ret_program_id: what stands for the program's IDs in
 * it: PROGRAM_ID, or 0 where only one ID can be had.
 * Return: 0, or -errno of the refused write. */
int sandbox_ids_map(pid_t pid, unsigned subids, unsigned *ret_program_id);

/* sandbox_ids_granted() - whether both tables give us so many subordinate IDs */
bool sandbox_ids_granted(unsigned count);

/* sandbox_ids_count() - how many IDs, from 0, a process's namespace maps
 * @pid: a process, or 0 for this one.  Return: the smaller of both maps. */
unsigned sandbox_ids_count(pid_t pid);

/* sandbox_ids_lookup() - where an ID of a process's namespace leads to
 * @file: "uid_map" or "gid_map".  Return: 0, or -ENOENT. */
int sandbox_ids_lookup(pid_t pid, const char *file, unsigned id, unsigned *ret);

/* sandbox_ids_plan() - which of the two sandbox_ids_map() will do */
unsigned sandbox_ids_plan(void);

/* sandbox_init_run() - be PID 1; does not return */
_Noreturn void sandbox_init_run(struct sandbox_plan *plan);

/* sandbox_root_make() - build the file tree and make it the root
 * @ret_step: what failed.  Return: 0 or -errno. */
int sandbox_root_make(const struct sandbox_plan *plan, const char **ret_step);

/* sandbox_program_become() - turn this process into the program
 * @mapped: opened by PID 1 once our own user namespace has its maps
 * @unshared: we open it once we are in that namespace
 * @ret_step: what failed.  Return: only on error, -errno. */
int sandbox_program_become(const struct sandbox_plan *plan,
			   struct gate *unshared, struct gate *mapped,
			   const char **ret_step);

/* sandbox_filter_load() - forbid what could forge evidence; for good.
 * Needs CAP_SYS_ADMIN, so that no_new_privs can stay as it is. */
int sandbox_filter_load(void);

/* sandbox_watch_pids() - all descendants of a process, without itself */
int sandbox_watch_pids(pid_t root, pid_t *pids, size_t max);

/* sandbox_watch_rss_mib() - resident memory of all descendants */
unsigned sandbox_watch_rss_mib(pid_t root);

/* sandbox_watch_shmem_mib() - tmpfs and shared memory of the whole machine */
unsigned sandbox_watch_shmem_mib(void);

#endif /* ISOLAB_SANDBOX_IMPL_H */
