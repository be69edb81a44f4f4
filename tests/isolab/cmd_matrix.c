/* SPDX-License-Identifier: MIT */
/*
 * cmd_matrix.c - isolab matrix: prove the graders
 *
 * Ends with "N passed, N failed, N skipped"; with KIT_NO_SKIP=1 in the
 * environment a skip is a failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "kit.h"
#include "matrix.h"

static const char *const kinds[] = {
	[MATRIX_SOLUTION] = "solution", [MATRIX_EXERCISE] = "exercise",
	[MATRIX_MUTANT] = "mutant",	[MATRIX_ATTACK] = "attack",
	[MATRIX_TABLE] = "tables",
};

/* What a worker says about one item. */
struct answer {
	size_t item;
	struct matrix_answer said;
};

/* What a worker is to do next. */
struct order {
	size_t first;
	size_t count;
};

enum { BATCH_MAX = 64, MAX_LABS = 64, MAX_ONLY = 64 };

struct counts {
	unsigned passed;
	unsigned failed;
	unsigned skipped;
};

static int usage(FILE *out, int status)
{
	fputs("usage: isolab matrix [--in auto|host|machine] [--jobs N] "
	      "[--only NAME]... [LAB...]\n\n"
	      "Grades each lab's solution, exercise, mutants and attacks and\n"
	      "compares with what each must get.  NAME is solution, exercise,\n"
	      "tables, or a mutant's or attack's file without its ending.\n",
	      out);
	return status;
}

/*
 * A worker takes orders until there are none.  It adopts whatever a submission
 * leaves behind, so that nothing can hide from traces_compare().
 */
static _Noreturn void work(const struct matrix *m, int ordersfd, int answersfd)
{
	struct matrix_answer said[BATCH_MAX];
	struct order order;

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* Whole orders and answers: smaller than PIPE_BUF.  See pipe(7). */
	while (read(ordersfd, &order, sizeof(order)) == sizeof(order)) {
		matrix_prove(&m->items[order.first], order.count, said);
		for (size_t i = 0; i < order.count; i++) {
			struct answer answer = { order.first + i, said[i] };

			if (write_all(answersfd, &answer, sizeof(answer)) < 0)
				_exit(1);
		}
	}
	_exit(0);
}

static void give_orders(const struct matrix *m, int fd)
{
	struct order order = { 0 };

	for (; order.first < m->count; order.first += order.count) {
		order.count = matrix_batch(m, order.first);
		if (write_all(fd, &order, sizeof(order)) < 0)
			die(-errno, "cannot give orders");
	}
}

static void count(const struct matrix_item *item, const struct answer *answer,
		  struct counts *counts)
{
	const char *slash = strrchr(item->path, '/');
	const char *name =
		item->kind == MATRIX_MUTANT || item->kind == MATRIX_ATTACK
			? slash + 1
			: "";
	const char *verdict = verdict_name(answer->said.verdict);

	if (answer->said.verdict == VERDICT_PASS)
		counts->passed++;
	else if (answer->said.verdict == VERDICT_SKIP && !getenv("KIT_NO_SKIP"))
		counts->skipped++;
	else
		counts->failed++;
	printf("%-5s %-16s %-8s %s", verdict, item->grader->lab,
	       kinds[item->kind], name);
	if (answer->said.verdict != VERDICT_PASS)
		printf(": %s", answer->said.why);
	putchar('\n');
	(void)fflush(stdout);
}

/* A worker that dies takes its unanswered items with it: they failed. */
static struct counts hear_all(const struct matrix *m, int answersfd)
{
	struct counts counts = { 0 };
	struct answer answer;
	size_t answered = 0;

	while (read(answersfd, &answer, sizeof(answer)) == sizeof(answer)) {
		count(&m->items[answer.item], &answer, &counts);
		answered++;
	}
	counts.failed += (unsigned)(m->count - answered);
	if (answered < m->count)
		printf("error %zu items were not judged\n",
		       m->count - answered);
	return counts;
}

static struct counts prove_all(const struct matrix *m, size_t workers)
{
	struct counts counts;
	int orders[2];
	int answers[2];

	if (pipe2(orders, O_CLOEXEC) < 0 || pipe2(answers, O_CLOEXEC) < 0)
		die(-errno, "cannot make a pipe");
	for (size_t k = 0; k < workers; k++) {
		pid_t pid = fork();

		if (pid < 0)
			die(-errno, "cannot start a worker");
		if (pid == 0) {
			close(orders[1]);
			close(answers[0]);
			work(m, orders[0], answers[1]);
		}
	}
	close(orders[0]);
	close(answers[1]);
	give_orders(m, orders[1]);
	close(orders[1]);
	counts = hear_all(m, answers[0]);
	close(answers[0]);
	while (wait(NULL) > 0)
		;
	return counts;
}

struct options {
	const struct grader *labs[MAX_LABS];
	size_t count;
	const char *only[MAX_ONLY + 1]; /* last is NULL; none: all */
	size_t names;
	enum grade_place place;
	size_t workers;
};

/* Return: 0, or 1 plus the status to end with. */
static int parse(struct options *o, int argc, char **argv)
{
	static const char *const places[] = { "auto", "host", "machine" };

	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		size_t n = 0;

		if (strcmp(argv[i], "--help") == 0)
			return 1 + usage(stdout, KIT_OK);
		if (strcmp(argv[i], "--in") == 0) {
			while (n < 3 && strcmp(value, places[n]) != 0)
				n++;
			if (n == 3)
				return 1 + usage(stderr, KIT_USAGE);
			o->place = (enum grade_place)n;
			i++;
		} else if (strcmp(argv[i], "--jobs") == 0) {
			o->workers = strtoul(value, NULL, 10);
			if (o->workers < 1 || o->workers > 64)
				return 1 + usage(stderr, KIT_USAGE);
			i++;
		} else if (strcmp(argv[i], "--only") == 0 && *value &&
			   o->names < MAX_ONLY) {
			o->only[o->names++] = value;
			i++;
		} else if (argv[i][0] == '-' || o->count == MAX_LABS) {
			return 1 + usage(stderr, KIT_USAGE);
		} else if (!(o->labs[o->count++] = grader_need(argv[i]))) {
			return 1 + KIT_USAGE;
		}
	}
	for (size_t i = 0; o->labs[0] == NULL && graders[i]; i++)
		o->count = i + 1;
	if (!o->labs[0])
		memcpy(o->labs, graders, o->count * sizeof(o->labs[0]));
	return 0;
}

int cmd_matrix(int argc, char **argv)
{
	struct options o = { .place = GRADE_AUTO, .workers = 2 };
	struct matrix m = { 0 };
	struct counts counts;
	int r = parse(&o, argc, argv);

	if (r > 0)
		return r - 1;
	for (size_t i = 0; r == 0 && i < o.count; i++)
		r = matrix_collect(&m, o.labs[i], o.place);
	if (r < 0)
		die_hint(r, "set ISOLAB_KIT to the source tree",
			 "cannot collect what there is to prove");
	if (o.names > 0)
		matrix_keep(&m, o.only);

	counts = prove_all(&m, o.workers);
	matrix_release(&m);
	printf("%u passed, %u failed, %u skipped\n", counts.passed,
	       counts.failed, counts.skipped);
	if (counts.failed > 0)
		return KIT_FAILED;
	return counts.passed == 0 ? KIT_SKIP : KIT_OK;
}
