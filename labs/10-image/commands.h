/* SPDX-License-Identifier: MIT */
/*
 * commands.h - what main.c and the sub-commands of oci share
 */
#ifndef OCI_COMMANDS_H
#define OCI_COMMANDS_H

#include "bundle.h"
#include "unpack.h"

enum { ENV_MAX = 64 };

/* The command line; lives on main's stack.  Strings are borrowed from argv. */
struct options {
	struct unpacking unpacking;
	struct why why;
	struct bundle_owner owner; /* of a bundle, where root is not root */
	const char *store;
	bool list;	      /* tree: the lines, not their digest */
	enum packing packing; /* of a layer that is made */
	bool root_owns;
	const char *env[ENV_MAX];
	size_t nenv;
	const char *user;
	const char *workdir;
	sigset_t old_mask; /* for a command that is executed */
};

/* Each is given its arguments, @argv[0] being the first, and returns 0 or
 * -errno with options->why set. */
int cmd_inspect(struct options *options, char **argv);
int cmd_verify(struct options *options, char **argv);
int cmd_unpack(struct options *options, char **argv);
int cmd_bundle(struct options *options, char **argv);
int cmd_mount(struct options *options, char **argv);
int cmd_tree(struct options *options, char **argv);
int cmd_build(struct options *options, char **argv);
int cmd_add(struct options *options, char **argv);

/* unpacking_told() - say on stderr what could not be made, without root */
void unpacking_told(const struct unpacking *unpacking);

#endif /* OCI_COMMANDS_H */
