/* SPDX-License-Identifier: MIT */
#include "run_image.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "json.h"
#include "sys.h"

static const char lowerdir_key[] = "org.isolab.overlay.lowerdir";
static const char options_key[] = "org.isolab.overlay.options";

/* Where this container's things are, below a folder of its own. */
struct place {
	char folder[PATH_MAX / 2]; /* of the three below */
	char bundle[PATH_MAX];	   /* config.json, rootfs */
	char upper[PATH_MAX];
	char work[PATH_MAX];
	char rootfs[PATH_MAX];
	char store[PATH_MAX]; /* shared by all containers */
};

bool run_image_is_layout(const char *name)
{
	return strchr(name, '/') != NULL || access(name, F_OK) == 0;
}

/* The program of lab 10: beside ours, or in PATH. */
static const char *find_oci(const char *self, char *buf, size_t size)
{
	const char *slash = strrchr(self, '/');

	if (!slash)
		return "oci";
	snprintf(buf, size, "%.*s/oci", (int)(slash - self), self);
	return access(buf, X_OK) == 0 ? buf : "oci";
}

static int call_oci(const struct run_image *image, const struct place *p,
		    struct report *rep)
{
	char path[PATH_MAX];
	const char *oci = find_oci(image->self, path, sizeof(path));
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return report_call(rep, -errno, "fork", "oci");
	if (pid == 0) {
		execlp(oci, oci, "bundle", "--store", p->store, image->layout,
		       p->bundle, (char *)NULL);
		_exit(127);
	}
	status = child_wait(pid);
	if (status == 127)
		return report_refuse(rep, -ENOENT,
				     "the program oci (lab 10) is neither "
				     "beside minic nor in PATH; build it with "
				     "make");
	if (status != 0)
		return report_refuse(rep, -EINVAL,
				     "%s cannot be unpacked; oci has said why",
				     image->layout);
	return 0;
}

static int make_place(const char *root, struct place *p, struct report *rep)
{
	snprintf(p->folder, sizeof(p->folder), "%s/run:XXXXXX", root);
	if (mkdtemp(p->folder) == NULL)
		return report_call(rep, -errno, "mkdtemp", "%s", p->folder);
	snprintf(p->bundle, sizeof(p->bundle), "%s/bundle", p->folder);
	snprintf(p->rootfs, sizeof(p->rootfs), "%s/bundle/rootfs", p->folder);
	snprintf(p->upper, sizeof(p->upper), "%s/upper", p->folder);
	snprintf(p->work, sizeof(p->work), "%s/work", p->folder);
	if (mkdir(p->upper, 0755) < 0 || mkdir(p->work, 0755) < 0)
		return report_call(rep, -errno, "mkdir", "%s", p->folder);
	return 0;
}

/* The layers over each other, topmost first, and an upper one for changes. */
static int mount_layers(const struct place *p, const struct json *config,
			struct report *rep)
{
	int notes = json_get(config, 0, "annotations");
	const char *lower =
		notes < 0 ? NULL : json_text(config, notes, lowerdir_key);
	const char *more =
		notes < 0 ? NULL : json_text(config, notes, options_key);
	auto_free char *data = NULL;

	if (!lower)
		return report_refuse(rep, -EINVAL,
				     "the bundle names no layers");
	if (asprintf(&data, "lowerdir=%s,upperdir=%s,workdir=%s%s%s", lower,
		     p->upper, p->work, more && more[0] ? "," : "",
		     more ? more : "") < 0)
		return -ENOMEM;
	return report_call(rep,
			   sys_mount("overlay", p->rootfs, "overlay", 0, data),
			   "mount", "overlay, %s", data);
}

static int mount_and_run(const struct place *p, struct create_options *opt,
			 struct report *rep)
{
	auto_free char *text = NULL;
	struct json config = { 0 };
	char path[PATH_MAX + 16];
	size_t at;
	int r;

	snprintf(path, sizeof(path), "%s/config.json", p->bundle);
	r = file_read_all(path, &text);
	if (r >= 0)
		r = json_parse(text, &config, &at);
	if (report_call(rep, r, "read", "%s", path) < 0)
		return r;
	r = mount_layers(p, &config, rep);
	json_release(&config);
	if (r < 0)
		return r;
	r = container_create(opt, rep);
	report_step(rep, "unmount the layers");
	if (sys_umount2(p->rootfs, MNT_DETACH) < 0 && r >= 0)
		r = report_call(rep, -errno, "umount2", "%s", p->rootfs);
	return r;
}

/* By rm(1): it knows how to remove a tree that it does not trust. */
static void remove_place(const struct place *p)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--one-file-system", p->folder,
		      (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		(void)child_wait(pid);
}

int run_image(const struct run_image *image, struct create_options *opt,
	      struct report *rep)
{
	struct place p = { 0 };
	char id[64];
	int rootfd, r;

	report_step(rep, "unpack the image");
	rootfd = state_open_root(opt->root, rep);
	if (rootfd < 0)
		return rootfd;
	(void)close(rootfd);
	if (image->store)
		snprintf(p.store, sizeof(p.store), "%s", image->store);
	else
		snprintf(p.store, sizeof(p.store), "%s/store:layers",
			 opt->root);
	r = make_place(opt->root, &p, rep);
	if (r == 0)
		r = call_oci(image, &p, rep);
	snprintf(id, sizeof(id), "run-%.6s",
		 strrchr(p.folder, ':') ? strrchr(p.folder, ':') + 1 : "");
	opt->id = id;
	opt->bundle = p.bundle;
	opt->args = image->args[0] ? image->args : NULL;
	report_step(rep, "mount the layers");
	if (r == 0)
		r = mount_and_run(&p, opt, rep);
	remove_place(&p);
	return r;
}
