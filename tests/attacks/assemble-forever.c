/* SPDX-License-Identifier: MIT */
/*
 * assemble-forever.c - repeats nothing, eight million million times
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Build: the compiler did not end within a minute
 * Stopped: the compiler has a deadline, and RLIMIT_CPU
 */
__asm__(".rept 20000\n"
	".rept 20000\n"
	".rept 20000\n"
	".endr\n"
	".endr\n"
	".endr\n");

int main(void)
{
	return 0;
}
