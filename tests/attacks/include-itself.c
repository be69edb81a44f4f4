/* SPDX-License-Identifier: MIT */
/*
 * include-itself.c - includes itself without end
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Stopped: the compiler has limits of depth, time and memory
 */
#include "include-itself.c"
