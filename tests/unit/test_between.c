/* SPDX-License-Identifier: MIT */
/*
 * test_between.c - stepping into a broker's work
 *
 * The "broker" makes one call again and again.  The call that is lent reads a
 * pipe, and each() fills that pipe when it has seen what it wants: so nothing
 * here depends on time.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"

#include "between.h"
#include "child.h"
#include "gate.h"
#include "inject.h"
#include "look.h"

enum { NOTED = 64, TIMEOUT_MS = 10000, MAGIC = 0x4711 };

/* What each() is to do, and what it has seen; shared with the tracer. */
struct notes {
	pid_t broker;
	int answerfd;	   /* written when all has been seen */
	bool signal_first; /* and MAGIC + 1 is waited for */
	bool stopped;	   /* the broker, each time */
	size_t count;
	struct between_call calls[NOTED];
};

static volatile sig_atomic_t signalled;

static void note_signal(int sig)
{
	(void)sig;
	signalled = 1;
}

/* getpgid(2) of a number that no process has: the argument, and an error. */
static void be_broker(void)
{
	for (;;)
		(void)syscall(SYS_getpgid, -(MAGIC + signalled));
}

static pid_t start(void (*fn)(void))
{
	const struct sigaction action = { .sa_handler = note_signal };
	struct gate ready;
	pid_t child;

	ck_assert_int_eq(gate_init(&ready), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)sigaction(SIGUSR1, &action, NULL);
		(void)gate_open(&ready);
		if (fn)
			fn();
		for (;;)
			pause();
	}
	ck_assert_int_eq(gate_wait(&ready), 0);
	return child;
}

static void end(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
}

static char state_of(pid_t pid)
{
	char text[64] = "?";

	(void)look_status(pid, "State", text, sizeof(text));
	return text[0];
}

static void note(void *arg, const struct between_call *call)
{
	struct notes *notes = arg;
	int wanted = notes->signal_first ? -(MAGIC + 1) : -MAGIC;

	/* The end of how it got here, of which the beginning is not known. */
	if (notes->count == 0 && call->number != SYS_getpgid)
		return;
	notes->stopped = notes->stopped && state_of(notes->broker) == 't';
	if (notes->count < NOTED)
		notes->calls[notes->count++] = *call;
	if (notes->count == 1 && notes->signal_first)
		(void)kill(notes->broker, SIGUSR1);
	if (notes->count > 1 && (int)call->args[0] == wanted)
		(void)!write(notes->answerfd, "x", 1);
}

/* Lend a read that ends when each() has seen enough. */
static struct notes run(bool signal_first)
{
	struct notes *notes = look_shared(sizeof(*notes));
	struct inject_result result = { 0 };
	struct notes copy;
	char byte = 0;
	char tracer[16];
	int ends[2];
	pid_t reader;
	int r;

	ck_assert_int_eq(pipe(ends), 0);
	reader = start(NULL);
	*notes = (struct notes){ .broker = start(be_broker),
				 .answerfd = ends[1],
				 .signal_first = signal_first,
				 .stopped = true };
	r = between(&(struct between){ .broker = notes->broker,
				       .each = note,
				       .arg = notes },
		    reader,
		    &(struct inject_call){
			    .number = SYS_read,
			    .args = { { .number = ends[0] },
				      { .out = &byte, .size_bytes = 1 },
				      { .number = 1 } },
			    .timeout_ms = TIMEOUT_MS },
		    &result);
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(result.outcome, INJECT_RETURNED);
	ck_assert_int_eq(result.value, 1);
	ck_assert_int_eq(byte, 'x');

	/* Afterwards it is nobody's, and goes on. */
	ck_assert_int_eq(
		look_status(notes->broker, "TracerPid", tracer, sizeof(tracer)),
		0);
	ck_assert_str_eq(tracer, "0");
	ck_assert_int_ne(state_of(notes->broker), 't');
	end(notes->broker);
	end(reader);
	(void)close(ends[0]);
	(void)close(ends[1]);
	copy = *notes;
	look_unshare(notes, sizeof(*notes));
	return copy;
}

START_TEST(each_call_is_told_with_what_it_returned)
{
	struct notes notes = run(false);

	ck_assert_uint_ge(notes.count, 2);
	for (size_t i = 0; i < notes.count; i++) {
		ck_assert_uint_eq(notes.calls[i].number, SYS_getpgid);
		ck_assert_int_eq((int)notes.calls[i].args[0], -MAGIC);
		ck_assert_int_eq(notes.calls[i].value, -ESRCH);
	}
}
END_TEST

START_TEST(broker_is_stopped_while_it_is_told)
{
	ck_assert(run(false).stopped);
}
END_TEST

START_TEST(signals_still_reach_the_broker)
{
	struct notes notes = run(true);
	bool heard = false;

	for (size_t i = 0; i < notes.count; i++)
		heard = heard || (notes.calls[i].number == SYS_getpgid &&
				  (int)notes.calls[i].args[0] == -(MAGIC + 1));
	ck_assert(heard);
}
END_TEST

static void nothing(void *arg, const struct between_call *call)
{
	(void)arg;
	(void)call;
}

START_TEST(broker_that_is_gone_is_an_error_and_nothing_is_lent)
{
	const struct inject_call call = { .number = SYS_getpid };
	struct inject_result result = { .value = -7 };
	struct between b = { .broker = start(NULL), .each = nothing };
	pid_t lender = start(NULL);

	end(b.broker);
	ck_assert_int_eq(between(&b, lender, &call, &result), -EPIPE);
	ck_assert_int_eq(result.value, -7);
	end(lender);
}
END_TEST

START_TEST(broker_that_is_stopped_is_no_hindrance)
{
	const struct inject_call call = { .number = SYS_getpid };
	struct inject_result result = { 0 };
	struct between b = { .broker = start(be_broker), .each = nothing };
	pid_t lender = start(NULL);

	ck_assert_int_eq(kill(b.broker, SIGSTOP), 0);
	ck_assert_int_eq(between(&b, lender, &call, &result), 0);
	ck_assert_int_eq(result.value, lender);
	end(b.broker);
	end(lender);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("between");
	TCase *tc = add_task(suite, "call", inject_missing(INJECT_X86_64));

	tcase_add_test(tc, each_call_is_told_with_what_it_returned);
	tcase_add_test(tc, broker_is_stopped_while_it_is_told);
	tcase_add_test(tc, signals_still_reach_the_broker);
	tcase_add_test(tc, broker_that_is_gone_is_an_error_and_nothing_is_lent);
	tcase_add_test(tc, broker_that_is_stopped_is_no_hindrance);
	return run_suite(suite);
}
