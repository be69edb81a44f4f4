/* SPDX-License-Identifier: MIT */
/*
 * file.h - read and write the small text files of /proc and cgroupfs
 *
 * These files are not ordinary files: the kernel acts on each write(2) as a
 * whole, so a value is written with exactly one call.
 *
 * See: proc(5); Documentation/admin-guide/cgroup-v2.rst, "Interface Files".
 */
#ifndef KIT_FILE_H
#define KIT_FILE_H

#include <stddef.h>

/**
 * file_write_at() - write a string to an existing file with one write(2)
 * @dirfd: directory that @path is relative to, or AT_FDCWD; borrowed
 * @path: file to write; never created
 * @text: NUL-terminated value; the NUL is not written
 *
 * Return: 0.
 * Errors: -EIO the kernel took only part of @text; otherwise what openat(2)
 *         or write(2) said.
 */
int file_write_at(int dirfd, const char *path, const char *text);

/**
 * file_read_at() - read a small text file into a caller's buffer
 * @dirfd: directory that @path is relative to, or AT_FDCWD; borrowed
 * @path: file to read
 * @buf: receives the text, NUL-terminated
 * @size: bytes at @buf, at least 1
 *
 * Return: bytes read, without the NUL.
 * Errors: -E2BIG the file has @size bytes or more; otherwise what openat(2)
 *         or read(2) said.  On error @buf is unspecified.
 */
int file_read_at(int dirfd, const char *path, char *buf, size_t size);

/**
 * file_read_all() - read a text file of any size
 * @path: file to read; its size may be unknown, as under /proc
 * @ret_text: receives the text, NUL-terminated; the caller frees it
 *
 * Return: bytes read, without the NUL.
 * Errors: -EFBIG more than 16 MiB; -ENOMEM; otherwise what open(2) or read(2)
 *         said.
 */
int file_read_all(const char *path, char **ret_text);

/**
 * write_all() - write(2) until everything is written
 * @fd: borrowed; a pipe, a socket or a regular file
 * @data: what to write
 * @len_bytes: how much of it
 *
 * Return: 0.
 * Errors: those of write(2); some of the data may have been written.
 */
int write_all(int fd, const void *data, size_t len_bytes);

#endif /* KIT_FILE_H */
