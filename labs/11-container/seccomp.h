/* SPDX-License-Identifier: MIT */
/*
 * seccomp.h - linux.seccomp as a program for the kernel
 *
 *	runtime				child, then the container's process
 *	seccomp_build()
 *	  clone3 ---------------------> ...
 *					seccomp_install() = listener
 *	fd_receive() <----------------  fd_send(listener)
 *	seccomp_send_listener()		execve
 *
 * There is no libseccomp here: it needs glibc, and what it makes is a list
 * that is compared one number after another.  This is a search tree, some
 * seven steps for any call; tests/unit/test_minic_seccomp.c proves that both
 * answer the same.
 *
 * See: OCI runtime specification 1.1, "Seccomp"; seccomp(2); lab 09.
 */
#ifndef MINIC_SECCOMP_H
#define MINIC_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <sys/types.h>

#include "report.h"
#include "spec.h"

struct seccomp_filter {
	struct sock_filter *code; /* owned; NULL: there is no filter */
	unsigned short count;	  /* of instructions, at most BPF_MAXINSNS */
	unsigned flags;		  /* SECCOMP_FILTER_FLAG_... */
};

/**
 * seccomp_build() - compile a profile
 * @spec: the profile; borrowed; one that is not given makes an empty filter
 * @rep: gets what is wrong with it, by name
 * @ret: the filter; to be given to seccomp_filter_release()
 *
 * Where profiles leave a choice, the answer is that of libseccomp as runc and
 * crun call it:
 *
 * - A name that no table of this machine has is passed over: the profile is
 *   newer than the headers that minic was built with.
 * - The table of x86-64 is always there; i386 and x32 if they are listed.
 *   What is called through another kills the process.
 * - A rule with the default's action says nothing, and is passed over.
 * - Comparisons of one rule are joined by "and"; but two of the same argument
 *   make each of them a rule of its own.
 * - A rule without a comparison swallows those of the same call with one; the
 *   first of several such counts.  Of rules with comparisons that contradict
 *   each other, the one for the last argument counts first, as in
 *   libseccomp's tree; the same comparison with two actions is refused.
 * - i386 and x32 have arguments of 32 bits, and only these are compared.
 * - A call with a number above all that the profile names is newer than the
 *   profile: ENOSYS, and not the default's EPERM.  Programs take the first for
 *   an old kernel and try another way, and the second for a final no.  (runc
 *   does so, crun does not.)
 *
 * Return: 0.
 * Errors: -EINVAL a word or number is wrong; -E2BIG more than BPF_MAXINSNS
 *         instructions; -ENOMEM.
 */
int seccomp_build(const struct spec_seccomp *spec, struct report *rep,
		  struct seccomp_filter *ret);

/**
 * seccomp_install() - put this process under a filter
 * @filter: of seccomp_build(); without code nothing is done
 * @rep: gets the error
 *
 * The last step before execve(2), but for what must come after: without
 * no_new_privs it takes CAP_SYS_ADMIN in the user namespace, so it is then
 * done before capabilities are dropped.
 *
 * Return: 0, or the listener if a rule has SCMP_ACT_NOTIFY: a descriptor above
 *         0 with O_CLOEXEC; the caller hands it over with fd_send(), at once,
 *         and closes it.
 * Errors: those of seccomp(2).
 */
int seccomp_install(const struct seccomp_filter *filter, struct report *rep);

/* seccomp_has_listener() - will seccomp_install() return a listener? */
bool seccomp_has_listener(const struct seccomp_filter *filter);

/* What the agent is told about the container, all borrowed. */
struct seccomp_agent {
	const char *oci_version;
	pid_t pid;		/* of the container's process, as we see it */
	const char *state_json; /* an object: the state of the container */
};

/**
 * seccomp_send_listener() - give the listener to the agent at listenerPath
 * @spec: the profile, with listener_path
 * @agent: what else it is told
 * @listenerfd: what seccomp_install() returned; borrowed
 * @rep: gets the error
 *
 * Outside of the container; one connection, one message, as the specification
 * says under "The Container Process State".
 *
 * Return: 0.
 * Errors: those of connect(2) and sendmsg(2); -ENOMEM.
 */
int seccomp_send_listener(const struct spec_seccomp *spec,
			  const struct seccomp_agent *agent, int listenerfd,
			  struct report *rep);

/* seccomp_filter_release() - free what seccomp_build() made; zeroed is fine */
void seccomp_filter_release(struct seccomp_filter *filter);

#endif /* MINIC_SECCOMP_H */
