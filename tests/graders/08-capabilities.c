/* SPDX-License-Identifier: MIT */
/*
 * 08-capabilities.c - grade "deputy": one capability, and no way to another
 *
 *	/bin/exercise CAPABILITY    user 0 of the sandbox's second namespace,
 *	   |                        with all capabilities
 *	   `- becomes COMMAND, the probe
 *
 * In some checks the probe comes first, as /bin/laden, and becomes the
 * exercise in a group and with all capabilities inheritable, as a careless
 * parent leaves it.
 *
 * What the program finds, made by root of the sandbox:
 *
 *	/bin/gain/plain       tmpfs that is not nosuid: the probe,
 *	/bin/gain/filecap     with every capability in its permitted set,
 *	/bin/gain/setuid      set-user-ID root
 *	/work/locked          a file that nobody may open
 *	/work/other           a file of another user, if there is one
 *
 * The sets are read from /proc/PID/status.  What they are worth is tried with
 * system calls that are lent to COMMAND.  Which capability it is to have is
 * drawn afresh each time.
 *
 * See: docs/handbook/08-capabilities.md.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grader.h"
#include "inject.h"
#include "scene.h"

static const char plain[] = "/bin/gain/plain";

/* What this run of the program is asked for; drawn afresh each time. */
struct scene {
	struct sandbox_subids subids;
	unsigned user;	/* of -u */
	unsigned group; /* the one it is in at first */
	const struct act *act;
	unsigned capability;
	const char *command;
	bool as_user;
	bool laden; /* by a careless parent */
};

/* The program's COMMAND in its sandbox. */
struct service {
	struct sandbox *box;
	struct sandbox_ids ids;
	pid_t pid;
};

static void leave(struct service *service)
{
	(void)sandbox_free(service->box);
}

#define auto_service __attribute__((cleanup(leave)))

static uint64_t bit(unsigned capability)
{
	return UINT64_C(1) << capability;
}

/* ---- what there is before the program starts ------------------------------ */

/* The program's user, whatever its number is here, owns /work. */
static int plant(const struct stat *program, const char *path, mode_t mode,
		 uint64_t filecaps)
{
	auto_close int fd = scene_copy("/bin/probe", path);

	if (fd < 0)
		return fd;
	/* In this order: each of them undoes those that follow. */
	if (fchown(fd, program->st_uid, program->st_gid) < 0 ||
	    fchmod(fd, mode) < 0)
		return -errno;
	return filecaps ? scene_set_filecaps(fd, filecaps, false) : 0;
}

static int make_file(const char *path, mode_t mode)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);

	if (fd < 0)
		return -errno;
	return sysret(close(fd));
}

static int prepare(void *arg)
{
	struct stat program;
	int r;

	(void)arg;
	if (mkdir("/bin/gain", 0755) < 0 ||
	    mount("gain", "/bin/gain", "tmpfs", MS_NODEV, "mode=755") < 0 ||
	    stat("/work", &program) < 0)
		return -errno;
	r = make_file("/work/locked", 0);
	if (r == 0)
		r = make_file("/work/own", 0644);
	if (r == 0)
		r = make_file("/work/other", 0644);
	/* The first subordinate user; refused where there is none. */
	if (r == 0 &&
	    chown("/work/other", program.st_uid + 1, program.st_gid + 1) < 0)
		r = errno == EINVAL ? 0 : -errno;
	if (r == 0)
		r = plant(&program, plain, 0755, 0);
	if (r == 0)
		r = plant(&program, "/bin/gain/filecap", 0755, UINT64_MAX);
	if (r == 0)
		r = plant(&program, "/bin/gain/setuid", 04755, 0);
	return r;
}

/* ---- acts, each of which takes one capability ------------------------------ */

static int act_chroot(pid_t pid, const struct scene *scene,
		      struct inject_result *ret)
{
	const struct inject_call call = { .number = SYS_chroot,
					  .args = { inject_text("/") } };

	(void)scene;
	return inject(pid, &call, ret);
}

static int act_open(pid_t pid, const struct scene *scene,
		    struct inject_result *ret)
{
	const struct inject_call call = {
		.number = SYS_openat,
		.args = { { .number = AT_FDCWD },
			  inject_text("/work/locked"),
			  { .number = O_WRONLY | O_CLOEXEC } },
	};

	(void)scene;
	return inject(pid, &call, ret);
}

/* Of one that it does not have, so that nothing changes. */
static int act_bound(pid_t pid, const struct scene *scene,
		     struct inject_result *ret)
{
	const struct inject_call call = {
		.number = SYS_prctl,
		.args = { { .number = PR_CAPBSET_DROP },
			  { .number = CAP_SYS_BOOT } },
	};

	(void)scene;
	return inject(pid, &call, ret);
}

static int act_setfcap(pid_t pid, const struct scene *scene,
		       struct inject_result *ret)
{
	struct vfs_cap_data caps = { .magic_etc = VFS_CAP_REVISION_2 };
	const struct inject_call call = {
		.number = SYS_setxattr,
		.args = { inject_text("/work/own"),
			  inject_text("security.capability"),
			  inject_buffer(&caps, sizeof(caps)),
			  { .number = sizeof(caps) } },
	};

	(void)scene;
	return inject(pid, &call, ret);
}

static int act_unshare(pid_t pid, const struct scene *scene,
		       struct inject_result *ret)
{
	const struct inject_call call = {
		.number = SYS_unshare, .args = { { .number = CLONE_NEWUTS } }
	};

	(void)scene;
	return inject(pid, &call, ret);
}

static int act_chown(pid_t pid, const struct scene *scene,
		     struct inject_result *ret)
{
	const struct inject_call call = {
		.number = SYS_chown,
		.args = { inject_text("/work/own"),
			  { .number = (int)scene->user },
			  { .number = -1 } },
	};

	return inject(pid, &call, ret);
}

static int act_chmod(pid_t pid, const struct scene *scene,
		     struct inject_result *ret)
{
	const struct inject_call call = { .number = SYS_chmod,
					  .args = { inject_text("/work/other"),
						    { .number = 0600 } } };

	(void)scene;
	return inject(pid, &call, ret);
}

static int act_setgid(pid_t pid, const struct scene *scene,
		      struct inject_result *ret)
{
	const struct inject_call call = {
		.number = SYS_setgid, .args = { { .number = scene->group } }
	};

	return inject(pid, &call, ret);
}

static int act_setuid(pid_t pid, const struct scene *scene,
		      struct inject_result *ret)
{
	const struct inject_call call = {
		.number = SYS_setuid, .args = { { .number = scene->user } }
	};

	return inject(pid, &call, ret);
}

/* One to all of them: the next ones still tell what they should. */
static const struct act {
	const char *name; /* as libcap has it */
	unsigned capability;
	const char *what;
	int (*lend)(pid_t pid, const struct scene *scene,
		    struct inject_result *ret);
	bool two_ids; /* shows nothing where there is one ID only */
} acts[] = {
	{ "cap_sys_chroot", CAP_SYS_CHROOT, "chroot", act_chroot, false },
	{ "cap_dac_override", CAP_DAC_OVERRIDE, "write to a file of mode 0000",
	  act_open, false },
	{ "cap_setpcap", CAP_SETPCAP, "change the bounding set", act_bound,
	  false },
	{ "cap_setfcap", CAP_SETFCAP, "give a file capabilities", act_setfcap,
	  false },
	{ "cap_sys_admin", CAP_SYS_ADMIN, "make a UTS namespace", act_unshare,
	  false },
	{ "cap_fowner", CAP_FOWNER, "chmod another user's file", act_chmod,
	  true },
	{ "cap_chown", CAP_CHOWN, "give a file away", act_chown, true },
	{ "cap_setgid", CAP_SETGID, "change the group", act_setgid, true },
	{ "cap_setuid", CAP_SETUID, "change the user", act_setuid, true },
};

enum { ACTS = sizeof(acts) / sizeof(acts[0]) };

static bool can_act(const struct act *act)
{
	return !act->two_ids || !sandbox_subids_missing();
}

/* ---- starting ---------------------------------------------------------------- */

static void scene_init(struct scene *scene)
{
	struct nonce nonce;
	unsigned a;
	unsigned b;
	unsigned c;

	nonce_init(&nonce);
	(void)sscanf(nonce.text, "%6x%6x%6x", &a, &b, &c);
	*scene = (struct scene){
		.subids = { .first = 1000 + a % 50000, .count = 300 },
		.command = plain,
	};
	scene->user = scene->subids.first + 1 + b % 200;
	scene->group = scene->user + 1;
	do {
		scene->act = &acts[c++ % ACTS];
	} while (!can_act(scene->act));
	scene->capability = scene->act->capability;
}

static void scene_keep(struct scene *scene, unsigned capability)
{
	for (size_t i = 0; i < ACTS; i++)
		if (acts[i].capability == capability)
			scene->act = &acts[i];
	scene->capability = scene->act->capability;
}

static int start(struct grading *g, struct finding *f,
		 const struct scene *scene, struct service *service)
{
	auto_close int ladenfd = probe_copy(g, "laden");
	const struct sandbox_file files[] = {
		{ ladenfd, "/bin/laden", 0755 },
		{ 0 },
	};
	const char *argv[12] = { NULL };
	const struct sandbox_spec spec = {
		.argv = argv,
		.prepare = prepare,
		.files = files,
		.as_root = true,
		.subids = scene->subids,
	};
	char group[16];
	char user[16];
	size_t n = 0;
	int r;

	if (ladenfd < 0)
		return ladenfd;
	snprintf(group, sizeof(group), "%u", scene->group);
	snprintf(user, sizeof(user), "%u", scene->user);
	if (scene->laden) {
		argv[n++] = "/bin/laden";
		argv[n++] = "laden";
		argv[n++] = group;
	}
	argv[n++] = "/bin/exercise";
	if (scene->as_user) {
		argv[n++] = "-u";
		argv[n++] = user;
	}
	argv[n++] = scene->act->name;
	argv[n++] = scene->command;
	argv[n++] = "hold";
	r = exercise_start_probe(g, f, &spec, &service->box, &service->pid);
	return r < 0 ? r : sandbox_ids(service->box, &service->ids);
}

static enum verdict need_subids(struct finding *f)
{
	if (!sandbox_subids_missing())
		return VERDICT_PASS;
	return cannot_run(f,
			  "an ordinary user without subordinate IDs cannot be "
			  "a second user",
			  "isolab grade --in machine 08");
}

/* As start(), with -u: a verdict, VERDICT_PASS when COMMAND runs. */
static enum verdict start_user(struct grading *g, struct finding *f,
			       struct scene *scene, struct service *service)
{
	enum verdict verdict = need_subids(f);
	int r;

	if (verdict != VERDICT_PASS)
		return verdict;
	scene->as_user = true;
	r = start(g, f, scene, service);
	return r < 0 ? judge_no_probe(f, r, "user-refused") : VERDICT_PASS;
}

static enum verdict start_root(struct grading *g, struct finding *f,
			       struct scene *scene, struct service *service)
{
	int r = start(g, f, scene, service);

	return r < 0 ? judge_no_probe(f, r, "not-started") : VERDICT_PASS;
}

/* ---- looking ------------------------------------------------------------------ */

/* One of the sets, such as "CapPrm". */
static int look_set(const struct service *service, const char *name,
		    uint64_t *ret)
{
	char text[32];
	int r = look_status(service->pid, name, text, sizeof(text));

	if (r == 0)
		*ret = strtoull(text, NULL, 16);
	return r;
}

/* As start_root(), and one of COMMAND's sets. */
static enum verdict start_and_read(struct grading *g, struct finding *f,
				   struct scene *scene, struct service *service,
				   const char *name, uint64_t *ret)
{
	enum verdict verdict = start_root(g, f, scene, service);
	int r = 0;

	if (verdict == VERDICT_PASS)
		r = look_set(service, name, ret);
	return r < 0 ? cannot_judge(f, r, "read COMMAND's capabilities")
		     : verdict;
}

/* A set in words, such as "cap_chown, cap_kill". */
static const char *in_words(uint64_t set, char *buf, size_t size)
{
	enum { NAMES = 4 };
	size_t used = 0;
	int count = 0;

	for (uint64_t rest = set; rest; rest &= rest - 1)
		count++;
	if (count == 0 || count > NAMES) {
		snprintf(buf, size, count ? "%d capabilities" : "none", count);
		return buf;
	}
	for (int i = 0; i < 64; i++) {
		char *name = set & bit((unsigned)i) ? cap_to_name(i) : NULL;

		if (name && used < size)
			used += (size_t)snprintf(buf + used, size - used,
						 "%s%s", used ? ", " : "",
						 name);
		(void)cap_free(name);
	}
	return buf;
}

static void observe_set(struct finding *f, const char *which, uint64_t set)
{
	char words[160];

	observed(f, "its %s set is %016llx: %s", which, (unsigned long long)set,
		 in_words(set, words, sizeof(words)));
}

/* What prctl(2) answers COMMAND; the value or -errno. */
static int ask(const struct service *service, long option, long arg, long arg2,
	       long *ret)
{
	const struct inject_call call = {
		.number = SYS_prctl,
		.args = { { .number = option },
			  { .number = arg },
			  { .number = arg2 } },
	};
	struct inject_result result;
	int r = inject(service->pid, &call, &result);

	if (r == 0 && result.outcome != INJECT_RETURNED)
		r = -EPROTO;
	if (r == 0)
		*ret = result.value;
	return r;
}

static int ask_securebits(const struct service *service, long *ret)
{
	return ask(service, PR_GET_SECUREBITS, 0, 0, ret);
}

/* ---- 08.1: one capability ------------------------------------------------------- */

/*
 * User 0 has all capabilities unless something was done, so that it is there is
 * not enough.
 */
static enum verdict judge_has_it(struct finding *f, const struct scene *scene,
				 const struct service *service, const char *key)
{
	uint64_t effective = 0;
	uint64_t ambient = 0;
	int r = look_set(service, "CapEff", &effective);

	expected(f, "COMMAND has %s in its effective and in its ambient set",
		 scene->act->name);
	if (r == 0)
		r = look_set(service, "CapAmb", &ambient);
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's capabilities");
	observe_set(f, "effective", effective);
	if (!(effective & bit(scene->capability)))
		return fail(f, key);
	observe_set(f, "ambient", ambient);
	return ambient & bit(scene->capability) ? VERDICT_PASS : fail(f, key);
}

static enum verdict judge_kept(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;

	scene_init(&scene);
	expected(f, "COMMAND runs, and has %s", scene.act->name);
	verdict = start_root(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	return judge_has_it(f, &scene, &service, "cap-lost");
}

/* Too much has two causes: execve(2) gave it to user 0, or it was kept. */
static enum verdict fail_too_much(struct finding *f,
				  const struct service *service)
{
	long bits = 0;
	int r = ask_securebits(service, &bits);

	if (r < 0)
		return cannot_judge(f, r, "ask for COMMAND's securebits");
	return fail(f, bits & SECBIT_NOROOT ? "too-much" : "root-special");
}

static enum verdict judge_nothing_else(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	uint64_t set = 0;

	scene_init(&scene);
	expected(f, "COMMAND's permitted set is %s and nothing else",
		 scene.act->name);
	verdict = start_and_read(g, f, &scene, &service, "CapPrm", &set);
	if (verdict != VERDICT_PASS)
		return verdict;
	observe_set(f, "permitted", set);
	if (set & ~bit(scene.capability))
		return fail_too_much(f, &service);
	return set ? VERDICT_PASS : fail(f, "cap-lost");
}

static enum verdict judge_handed_on(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	uint64_t inheritable = 0;
	uint64_t ambient = 0;
	int r;

	scene_init(&scene);
	scene.laden = true;
	expected(f,
		 "COMMAND's inheritable and ambient sets are %s and "
		 "nothing else",
		 scene.act->name);
	verdict = start_root(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_set(&service, "CapInh", &inheritable);
	if (r == 0)
		r = look_set(&service, "CapAmb", &ambient);
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's capabilities");
	observe_set(f, "ambient", ambient);
	if (ambient != bit(scene.capability))
		return fail(f, ambient ? "too-much" : "cap-lost");
	observe_set(f, "inheritable", inheritable);
	return inheritable == bit(scene.capability)
		       ? VERDICT_PASS
		       : fail(f, "inheritable-left");
}

/* Whether the kernel allows an act, and what was wrong if it should not. */
static enum verdict judge_act(struct finding *f, const struct scene *scene,
			      const struct service *service,
			      const struct act *act)
{
	struct inject_result result;
	int r = act->lend(service->pid, scene, &result);
	bool wanted = act == scene->act;
	bool allowed;

	if (r < 0 || result.outcome != INJECT_RETURNED)
		return cannot_judge(f, r, "lend COMMAND a call: %s", act->what);
	allowed = result.value >= 0;
	if (!allowed && result.value != -EPERM && result.value != -EACCES)
		return cannot_judge(f, (int)result.value, "try to %s",
				    act->what);
	if (allowed == wanted)
		return VERDICT_PASS;
	observed(f, "it %s %s, which takes %s", allowed ? "may" : "may not",
		 act->what, act->name);
	if (allowed)
		return fail_too_much(f, service);
	return fail(f, "cap-lost");
}

static enum verdict judge_one_act(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;

	scene_init(&scene);
	expected(f, "COMMAND may %s, and nothing of the like", scene.act->what);
	verdict = start_root(g, f, &scene, &service);
	for (size_t i = 0; verdict == VERDICT_PASS && i < ACTS; i++)
		if (can_act(&acts[i]))
			verdict = judge_act(f, &scene, &service, &acts[i]);
	return verdict;
}

/* ---- 08.2: as an ordinary user ---------------------------------------------------- */

/* All four IDs of a kind, as "Uid" has them, are the wanted one. */
static int all_four(const struct service *service, const char *field,
		    unsigned want, char *text, size_t size)
{
	unsigned ids[4];
	int r = look_status(service->pid, field, text, size);

	if (r < 0)
		return r;
	if (sscanf(text, "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) !=
	    4)
		return -EINVAL;
	for (char *c = text; *c; c++)
		if (*c == '\t')
			*c = ' ';
	return ids[0] == want && ids[1] == want && ids[2] == want &&
	       ids[3] == want;
}

static enum verdict judge_user(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	char uids[80];
	char gids[80];
	unsigned below;
	int user;
	int group;

	scene_init(&scene);
	expected(f, "COMMAND is user and group ID, in all respects");
	verdict = start_user(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	below = scene.user - scene.subids.first;
	user = all_four(&service, "Uid", service.ids.first_subuid + below, uids,
			sizeof(uids));
	group = all_four(&service, "Gid", service.ids.first_subgid + below,
			 gids, sizeof(gids));
	if (user < 0 || group < 0)
		return cannot_judge(f, user < 0 ? user : group,
				    "read COMMAND's IDs");
	expected(f,
		 "COMMAND's real, effective, saved and file system IDs are "
		 "user %u and group %u",
		 service.ids.first_subuid + below,
		 service.ids.first_subgid + below);
	observed(f, "the users are %s, the groups %s", uids, gids);
	return user && group ? VERDICT_PASS : fail(f, "user-wrong");
}

static enum verdict judge_groups(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	char text[256];
	int r;

	scene_init(&scene);
	scene.laden = true;
	expected(f, "COMMAND is in no supplementary group");
	verdict = start_user(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_status(service.pid, "Groups", text, sizeof(text));
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's groups");
	observed(f, "it is in %s", *text ? text : "none");
	return strspn(text, " \t") == strlen(text) ? VERDICT_PASS
						   : fail(f, "groups-left");
}

static enum verdict judge_kept_as_user(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;

	scene_init(&scene);
	expected(f, "with -u COMMAND runs, and has %s", scene.act->name);
	verdict = start_user(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	return judge_has_it(f, &scene, &service, "lost-with-root");
}

/* ---- 08.3: the bounding set -------------------------------------------------------- */

static enum verdict judge_filecap(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	uint64_t set = 0;

	scene_init(&scene);
	scene.command = "/bin/gain/filecap";
	expected(f, "a COMMAND with file capabilities has at most %s",
		 scene.act->name);
	verdict = start_and_read(g, f, &scene, &service, "CapPrm", &set);
	if (verdict != VERDICT_PASS)
		return verdict;
	observe_set(f, "permitted", set);
	return set & ~bit(scene.capability) ? fail(f, "file-gains")
					    : VERDICT_PASS;
}

static enum verdict judge_bounding(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	uint64_t set = 0;

	scene_init(&scene);
	expected(f, "COMMAND's bounding set is %s and nothing else",
		 scene.act->name);
	verdict = start_and_read(g, f, &scene, &service, "CapBnd", &set);
	if (verdict != VERDICT_PASS)
		return verdict;
	observe_set(f, "bounding", set);
	if (!(set & bit(scene.capability)))
		return fail(f, "bound-closed");
	return set == bit(scene.capability) ? VERDICT_PASS
					    : fail(f, "bound-open");
}

/* Without that capability the trial would say nothing. */
static enum verdict start_setpcap(struct grading *g, struct finding *f,
				  struct scene *scene, struct service *service)
{
	enum verdict verdict;

	scene_init(scene);
	scene_keep(scene, CAP_SETPCAP);
	expected(f, "COMMAND runs, and has cap_setpcap");
	verdict = start_root(g, f, scene, service);
	return verdict == VERDICT_PASS
		       ? judge_has_it(f, scene, service, "cap-lost")
		       : verdict;
}

/* With CAP_SETPCAP a process may inherit what its bounding set has. */
static enum verdict judge_bound_holds(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = {
		{ .permitted = 1U << CAP_SETPCAP,
		  .effective = 1U << CAP_SETPCAP,
		  .inheritable = 1U << CAP_SETPCAP | 1U << CAP_NET_ADMIN },
	};
	const struct inject_call call = {
		.number = SYS_capset,
		.args = { inject_buffer(&header, sizeof(header)),
			  inject_buffer(caps, sizeof(caps)) },
	};
	struct inject_result result;
	enum verdict verdict;
	struct scene scene;
	int r;

	verdict = start_setpcap(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	expected(f, "COMMAND, which has cap_setpcap, may not make "
		    "cap_net_admin inheritable");
	r = inject(service.pid, &call, &result);
	if (r < 0 || result.outcome != INJECT_RETURNED)
		return cannot_judge(f, r, "lend COMMAND a capset");
	observed(f, "the kernel says %s",
		 result.value < 0 ? strerror((int)-result.value) : "yes");
	return result.value == -EPERM ? VERDICT_PASS : fail(f, "bound-open");
}

/* ---- 08.4: no way back -------------------------------------------------------------- */

static enum verdict judge_setuid(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	char text[80];
	uint64_t set = 0;
	int r;

	scene_init(&scene);
	scene.command = "/bin/gain/setuid";
	expected(f,
		 "a COMMAND that is set-user-ID root is still user ID, and "
		 "has at most %s",
		 scene.act->name);
	verdict = start_user(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = all_four(&service, "Uid",
		     service.ids.first_subuid + scene.user - scene.subids.first,
		     text, sizeof(text));
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's IDs");
	observed(f, "its users are %s", text);
	if (r == 0)
		return fail(f, "suid-gains");
	r = look_set(&service, "CapPrm", &set);
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's capabilities");
	observe_set(f, "permitted", set);
	return set & ~bit(scene.capability) ? fail(f, "suid-gains")
					    : VERDICT_PASS;
}

static enum verdict judge_no_new_privs(struct grading *g, struct finding *f)
{
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	char text[16];
	int r;

	scene_init(&scene);
	expected(f, "COMMAND's NoNewPrivs is 1");
	verdict = start_root(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_status(service.pid, "NoNewPrivs", text, sizeof(text));
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's status");
	observed(f, "it is %s", text);
	return strcmp(text, "1") == 0 ? VERDICT_PASS : fail(f, "may-gain");
}

static enum verdict judge_securebits(struct grading *g, struct finding *f)
{
	const long set = SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP |
			 SECBIT_NO_CAP_AMBIENT_RAISE;
	const long locks = SECURE_ALL_LOCKS;
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;
	long bits = 0;
	int r;

	scene_init(&scene);
	expected(f, "COMMAND's securebits are 0x%02lx", set | locks);
	verdict = start_root(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = ask_securebits(&service, &bits);
	if (r < 0)
		return cannot_judge(f, r, "ask for COMMAND's securebits");
	observed(f, "they are 0x%02lx", bits);
	if ((bits & SECURE_ALL_BITS) != set)
		return fail(f, "bits-missing");
	return (bits & locks) == locks ? VERDICT_PASS
				       : fail(f, "bits-unlocked");
}

/* Each lock, tried by the only capability that could do it. */
static enum verdict judge_locks_hold(struct grading *g, struct finding *f)
{
	static const struct {
		long option;
		long arg;
		long arg2;
		const char *what;
	} tries[] = {
		{ PR_SET_KEEPCAPS, 1, 0, "set KEEP_CAPS" },
		{ PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETPCAP,
		  "raise an ambient capability" },
		{ PR_SET_SECUREBITS, SECURE_ALL_LOCKS, 0,
		  "take the securebits back" },
	};
	auto_service struct service service = { 0 };
	enum verdict verdict;
	struct scene scene;

	verdict = start_setpcap(g, f, &scene, &service);
	if (verdict != VERDICT_PASS)
		return verdict;
	expected(f, "COMMAND, which has cap_setpcap, may not take the "
		    "securebits back");
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		long answer = 0;
		int r = ask(&service, tries[i].option, tries[i].arg,
			    tries[i].arg2, &answer);

		if (r < 0)
			return cannot_judge(f, r, "lend COMMAND a prctl");
		observed(f, "it may %s", tries[i].what);
		if (answer != -EPERM)
			return fail(f, "bits-unlocked");
	}
	return VERDICT_PASS;
}

/* ---- the tables --------------------------------------------------------- */

#define NOT_STARTED                                                         \
	{                                                                   \
		"not-started",                                              \
			"a call was refused, and COMMAND was not executed", \
			"read in the output which; to change the bounding " \
			"set or the securebits takes CAP_SETPCAP, so the "  \
			"order matters",                                    \
			"capabilities(7), CAP_SETPCAP"                      \
	}

#define CAP_LOST                                                              \
	{                                                                     \
		"cap-lost",                                                   \
			"execve(2) of a program without file capabilities "   \
			"keeps only what is ambient",                         \
			"make it inheritable, then ambient, and take it out " \
			"of none of these sets afterwards",                   \
			"capabilities(7), Transformation of capabilities "    \
			"during execve()"                                     \
	}

#define TOO_MUCH                                                             \
	{                                                                    \
		"too-much", "more than the one capability was made ambient", \
			"clear what you found inheritable, and raise one "   \
			"capability only",                                   \
			"capabilities(7), Thread capability sets, Ambient"   \
	}

#define ROOT_SPECIAL                                                         \
	{                                                                    \
		"root-special",                                              \
			"execve(2) gave user 0 all that the bounding set "   \
			"has",                                               \
			"set SECBIT_NOROOT with cap_set_secbits(3); on the " \
			"old kind of root even dropping everything has no "  \
			"effect on the next program",                        \
			"capabilities(7), Capabilities and execution of "    \
			"programs by root"                                   \
	}

static const struct diagnosis of_kept[] = { NOT_STARTED, CAP_LOST, { 0 } };

static const struct diagnosis of_sets[] = {
	NOT_STARTED, CAP_LOST, TOO_MUCH, ROOT_SPECIAL, { 0 }
};

static const struct diagnosis of_handed[] = {
	NOT_STARTED,
	CAP_LOST,
	TOO_MUCH,
	{ "inheritable-left",
	  "what the caller had in its inheritable set is still there, and any "
	  "program with file capabilities can pick it up: CVE-2022-24769",
	  "clear the inheritable set before you add the one capability",
	  "capabilities(7), Thread capability sets, Inheritable" },
	{ 0 },
};

#define USER_REFUSED                                                       \
	{                                                                  \
		"user-refused", "with -u COMMAND was not executed",        \
			"read in the output which call was refused; user " \
			"ID may change neither groups nor capability "     \
			"sets, and after the change nothing is effective", \
			"capabilities(7), Effect of user ID changes on "   \
			"capabilities"                                     \
	}

static const struct diagnosis of_user[] = {
	USER_REFUSED,
	{ "user-wrong", "a user ID or a group ID is still another",
	  "set all three of each with setresgid(2) and setresuid(2); a saved "
	  "0 is a way back",
	  "credentials(7), User and group identifiers" },
	{ 0 },
};

static const struct diagnosis of_groups[] = {
	USER_REFUSED,
	{ "groups-left", "COMMAND still has the groups of whoever started it",
	  "call setgroups(0, NULL) while you are still root", "setgroups(2)" },
	{ 0 },
};

static const struct diagnosis of_as_user[] = {
	USER_REFUSED,
	{ "lost-with-root",
	  "the ambient set was cleared when the process stopped being user 0",
	  "change the user first, then raise the ambient capability; KEEPCAPS "
	  "keeps the permitted set only",
	  "capabilities(7), Effect of user ID changes on capabilities" },
	{ 0 },
};

#define BOUND_OPEN                                                           \
	{                                                                    \
		"bound-open",                                                \
			"capabilities are left in the bounding set, so a "   \
			"program with file capabilities can bring them in",  \
			"cap_drop_bound(3) for each one until the kernel "   \
			"knows no more: cap_get_bound(3) says so; clearing " \
			"other sets does not change this one",               \
			"capabilities(7), Capability bounding set"           \
	}

static const struct diagnosis of_bounding[] = {
	NOT_STARTED,
	BOUND_OPEN,
	{ "bound-closed", "the capability itself was dropped too",
	  "leave it in: COMMAND has it, and what it executes may have it",
	  "capabilities(7), Capability bounding set" },
	{ 0 },
};

static const struct diagnosis of_bound[] = {
	NOT_STARTED, CAP_LOST, BOUND_OPEN, { 0 }
};

static const struct diagnosis of_nnp[] = {
	NOT_STARTED,
	{ "may-gain", "no_new_privs is not set",
	  "call prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) and look at what it "
	  "returns; all five arguments count",
	  "prctl(2), PR_SET_NO_NEW_PRIVS" },
	{ 0 },
};

#define BITS_UNLOCKED                                                     \
	{                                                                 \
		"bits-unlocked",                                          \
			"a securebit is not locked, and who has or gets " \
			"CAP_SETPCAP can change it",                      \
			"each bit has a companion with _LOCKED; set all " \
			"four of these",                                  \
			"capabilities(7), The securebits flags: "         \
			"establishing a capabilities-only environment"    \
	}

static const struct diagnosis of_bits[] = {
	NOT_STARTED,
	{ "bits-missing", "a securebit is off, or was overwritten",
	  "cap_set_secbits(3) sets all of them at once, so name in one call "
	  "all that are to be on",
	  "capabilities(7), The securebits flags: establishing a "
	  "capabilities-only environment" },
	BITS_UNLOCKED,
	{ 0 },
};

static const struct diagnosis of_locks[] = {
	NOT_STARTED, CAP_LOST, BITS_UNLOCKED, { 0 }
};

static const struct diagnosis of_filecap[] = {
	NOT_STARTED,
	{ "file-gains",
	  "execve(2) gave it the file's capabilities; no_new_privs forbids "
	  "only "
	  "more than the process has, and it has them all",
	  "drop the others from the bounding set",
	  "capabilities(7), Capability bounding set" },
	{ 0 },
};

static const struct diagnosis of_setuid[] = {
	USER_REFUSED,
	{ "suid-gains",
	  "execve(2) obeyed the set-user-ID bit; SECBIT_NOROOT keeps only the "
	  "capabilities away, not the user",
	  "set no_new_privs, last thing before COMMAND",
	  "prctl(2), PR_SET_NO_NEW_PRIVS" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "08.1",
	  "hand on one capability and no other",
	  { "Which of the five sets decide what a program without file "
	    "capabilities has after execve(2)? And what if the user is 0?",
	    "Read capabilities(7), Transformation of capabilities during "
	    "execve(), and cap_get_proc(3) for cap_set_ambient().",
	    "cap_get_proc(); clear CAP_INHERITABLE and set the one; "
	    "cap_set_proc(); cap_set_ambient(cap, CAP_SET); "
	    "cap_set_secbits(SECBIT_NOROOT)." } },
	{ "08.2",
	  "do it as an ordinary user",
	  { "What becomes of your five sets when you stop being user 0?",
	    "Read capabilities(7), Effect of user ID changes on capabilities; "
	    "setgroups(2).",
	    "prctl(PR_SET_KEEPCAPS, 1); setgroups(0, NULL); setresgid(); "
	    "setresuid(); then cap_get_proc(), cap_fill(caps, CAP_EFFECTIVE, "
	    "CAP_PERMITTED), cap_set_proc()." } },
	{ "08.3",
	  "bound what can be gained",
	  { "A program file can have capabilities of its own. Which set says "
	    "how much of that you accept?",
	    "Read capabilities(7), Capability bounding set; cap_drop_bound() "
	    "and cap_get_bound() in cap_get_proc(3).",
	    "for (c = 0; cap_get_bound(c) >= 0; c++) if (c != keep) "
	    "cap_drop_bound(c)" } },
	{ "08.4",
	  "lock the door",
	  { "Who could undo what you have done, and with which call?",
	    "Read capabilities(7), The securebits flags, and prctl(2), "
	    "PR_SET_NO_NEW_PRIVS.",
	    "cap_set_secbits() with SECBIT_NOROOT, SECBIT_NO_SETUID_FIXUP, "
	    "SECBIT_NO_CAP_AMBIENT_RAISE, each with its _LOCKED, and "
	    "SECBIT_KEEP_CAPS_LOCKED; prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, "
	    "0)." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "kept", "08.1", 8, "the command has the capability", NULL, judge_kept,
	  of_kept },
	{ "nothing-else", "08.1", 8, "and no other", NULL, judge_nothing_else,
	  of_sets },
	{ "handed-on", "08.1", 6, "and hands on this one only", NULL,
	  judge_handed_on, of_handed },
	{ "one-act", "08.1", 10,
	  "the kernel lets it do what the capability is for, and no more", NULL,
	  judge_one_act, of_sets },
	{ "user", "08.2", 8, "with -u it is that user and group", NULL,
	  judge_user, of_user },
	{ "groups", "08.2", 7, "and in no other group", NULL, judge_groups,
	  of_groups },
	{ "kept-as-user", "08.2", 9, "and has the capability", NULL,
	  judge_kept_as_user, of_as_user },
	{ "file-caps", "08.3", 5,
	  "a program with file capabilities gains nothing", NULL, judge_filecap,
	  of_filecap },
	{ "bounding", "08.3", 9, "the bounding set is that capability", NULL,
	  judge_bounding, of_bounding },
	{ "bound-holds", "08.3", 5, "and nothing else can be made inheritable",
	  NULL, judge_bound_holds, of_bound },
	{ "set-uid", "08.4", 7, "a set-user-ID program gains nothing", NULL,
	  judge_setuid, of_setuid },
	{ "no-new-privs", "08.4", 5, "no_new_privs is set", NULL,
	  judge_no_new_privs, of_nnp },
	{ "securebits", "08.4", 7, "the securebits are set and locked", NULL,
	  judge_securebits, of_bits },
	{ "locks-hold", "08.4", 6, "who has CAP_SETPCAP cannot change them",
	  NULL, judge_locks_hold, of_locks },
	{ 0 },
};

const struct grader grader_08_capabilities = {
	.lab = "08-capabilities",
	.tasks = tasks,
	.checks = checks,
};
