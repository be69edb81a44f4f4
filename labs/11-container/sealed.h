/* SPDX-License-Identifier: MIT */
/*
 * sealed.h - be a copy of oneself that nobody can write to
 *
 * A process of ours is in the container until its execve(2).  The container
 * may reach our executable through it, by /proc/PID/exe or by naming
 * /proc/self/exe as its own program; and with root's rights overwrite it, to be
 * executed by root of the host next time (CVE-2019-5736).  So what runs there
 * is a copy in memory, sealed against writing.
 *
 * See: memfd_create(2), fcntl(2), "File Sealing".
 */
#ifndef MINIC_SEALED_H
#define MINIC_SEALED_H

#include "report.h"

/**
 * sealed_reexec() - if this is not the copy yet, make it and execute it
 * @argv: of main
 * @rep: gets errors
 *
 * Return: 0 in the copy.
 * Errors: those of memfd_create(2), sendfile(2), fcntl(2), execveat(2).
 */
int sealed_reexec(char **argv, struct report *rep);

#endif /* MINIC_SEALED_H */
