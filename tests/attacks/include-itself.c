/* SPDX-License-Identifier: MIT */
/*
 * include-itself.c - includes itself without end
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Build: it does not compile
 * Stopped: the compiler includes no deeper than 200; then its limit of memory
 */
#include "include-itself.c"
