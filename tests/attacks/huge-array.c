/* SPDX-License-Identifier: MIT */
/*
 * huge-array.c - makes a program of a gigabyte
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Stopped: the compiler may write 64 MiB
 */
char hog[1 << 30] = { 1 };

int main(void)
{
	return hog[0];
}
