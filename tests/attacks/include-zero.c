/* SPDX-License-Identifier: MIT */
/*
 * include-zero.c - includes a device that never ends
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Stopped: the compiler has limits of time and memory
 */
#include "/dev/zero"
