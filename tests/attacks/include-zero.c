/* SPDX-License-Identifier: MIT */
/*
 * include-zero.c - includes a device that never ends
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Build: the compiler needed more memory than it may use
 * Stopped: the compiler has a limit of memory
 */
#include "/dev/zero"
