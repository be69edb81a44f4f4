/* SPDX-License-Identifier: MIT */
/*
 * minic_profile.h - seccomp profiles for the tests of minic, and two things to
 * hold its filters against: libseccomp, and a machine that runs them
 */
#ifndef TEST_MINIC_PROFILE_H
#define TEST_MINIC_PROFILE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "../../labs/11-container/spec.h"

struct profile {
	struct spec_seccomp spec;
	char *text;   /* owned; its strings */
	void *json;   /* owned */
	int left_out; /* names that libseccomp and the kernel's headers do not
			 agree about, as one of them is older */
};

/**
 * profile_read() - read a profile
 * @text: JSON as in config.json, with ' for "; or a file of podman's, with the
 *        rules that podman takes out of it for a container with its default
 *        capabilities
 * @ret: filled; to be given to profile_release()
 */
void profile_read(const char *text, struct profile *ret);

/* profile_names() - does it name this number, by the tables of libseccomp?
 * @table: 0 x86-64, 1 i386, 2 x32, of which @number has bit 30 */
bool profile_names(const struct profile *profile, int table, int number);

/* profile_release() - free it; zeroed is fine */
void profile_release(struct profile *profile);

struct program {
	struct sock_filter *code; /* owned */
	size_t count;
};

/**
 * program_of_libseccomp() - compile a profile as crun does
 * @spec: the profile
 * @tree: with libseccomp's own search tree, as runc has it
 * @ret: filled; its code is freed by the caller
 *
 * Return: 0, or what libseccomp said.
 */
int program_of_libseccomp(const struct spec_seccomp *spec, bool tree,
			  struct program *ret);

/**
 * program_run() - run a filter
 * @code: instructions
 * @count: how many
 * @data: what the kernel would show it
 * @steps: grows by the instructions that were run
 *
 * Return: SECCOMP_RET_...; 0xdeadbeef if it leaves the program or has an
 *         instruction that the kernel would not take.
 */
uint32_t program_run(const struct sock_filter *code, size_t count,
		     const struct seccomp_data *data, unsigned long *steps);

#endif /* TEST_MINIC_PROFILE_H */
