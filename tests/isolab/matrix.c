/* SPDX-License-Identifier: MIT */
#include "matrix.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "kit.h"

enum { LIST_SIZE = 1024, PATH_SIZE = 4096, MAX_OUTPUT_BYTES = 65536 };

/* ---- what there is ----------------------------------------------------- */

static int add(struct matrix *m, enum matrix_kind kind,
	       const struct grader *grader, const char *path)
{
	struct matrix_item *more =
		realloc(m->items, (m->count + 1) * sizeof(*m->items));

	if (!more)
		return -ENOMEM;
	m->items = more;
	more[m->count].kind = kind;
	more[m->count].grader = grader;
	snprintf(more[m->count].path, sizeof(more[m->count].path), "%s", path);
	m->count++;
	return 0;
}

static int add_tree(struct matrix *m, enum matrix_kind kind,
		    const struct grader *grader, const char *folder)
{
	char below[256];
	char path[PATH_SIZE];
	int r;

	snprintf(below, sizeof(below), "%s/%s", folder, grader->lab);
	r = kit_path(path, sizeof(path), below);
	return r < 0 ? r : add(m, kind, grader, path);
}

static bool is_for(const char *path, enum matrix_kind kind,
		   const struct grader *grader)
{
	char lab[64];

	return kind == MATRIX_MUTANT ||
	       (header_line(path, "Lab", lab, sizeof(lab)) == 0 &&
		strcmp(lab, grader->lab) == 0);
}

/* All files of a folder with an ending, in the order of their names. */
static int add_files(struct matrix *m, enum matrix_kind kind,
		     const struct grader *grader, const char *below,
		     const char *ending)
{
	char dir[PATH_SIZE];
	struct dirent **names;
	int count;
	int r = kit_path(dir, sizeof(dir), below);

	if (r < 0)
		return r;
	count = scandir(dir, &names, NULL, alphasort);
	if (count < 0)
		return 0; /* none yet; the table's item will say so */
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		const char *dot = strrchr(name, '.');
		char path[PATH_SIZE];

		if (r == 0 && dot && strcmp(dot, ending) == 0 &&
		    snprintf(path, sizeof(path), "%s/%s", dir, name) <
			    PATH_SIZE &&
		    is_for(path, kind, grader))
			r = add(m, kind, grader, path);
		free(names[i]);
	}
	free(names);
	return r;
}

int matrix_collect(struct matrix *m, const struct grader *grader,
		   enum grade_place place)
{
	size_t first = m->count;
	char mutants[256];
	int r;

	snprintf(mutants, sizeof(mutants), "tests/mutants/%s", grader->lab);
	r = add(m, MATRIX_TABLE, grader, "");
	if (r == 0)
		r = add_tree(m, MATRIX_SOLUTION, grader, "solutions");
	if (r == 0)
		r = add_tree(m, MATRIX_EXERCISE, grader, "exercises");
	if (r == 0)
		r = add_files(m, MATRIX_MUTANT, grader, mutants, ".patch");
	if (r == 0)
		r = add_files(m, MATRIX_ATTACK, grader, "tests/attacks", ".c");
	place = grade_place_of(grader, place);
	for (size_t i = first; i < m->count; i++)
		m->items[i].place = place;
	return r;
}

void matrix_item_name(const struct matrix_item *item, char *buf, size_t size)
{
	static const char *const names[] = {
		[MATRIX_SOLUTION] = "solution",
		[MATRIX_EXERCISE] = "exercise",
		[MATRIX_TABLE] = "tables",
	};
	const char *slash = strrchr(item->path, '/');
	const char *file = slash ? slash + 1 : item->path;

	if (item->kind == MATRIX_MUTANT || item->kind == MATRIX_ATTACK)
		snprintf(buf, size, "%.*s", (int)strcspn(file, "."), file);
	else
		snprintf(buf, size, "%s", names[item->kind]);
}

void matrix_keep(struct matrix *m, const char *const *names)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++) {
		char name[256];
		const char *const *n = names;

		matrix_item_name(&m->items[i], name, sizeof(name));
		while (*n && strcmp(*n, name) != 0)
			n++;
		if (*n)
			m->items[kept++] = m->items[i];
	}
	m->count = kept;
}

void matrix_release(struct matrix *m)
{
	free(m->items);
	*m = (struct matrix){ 0 };
}

/* ---- the grader's own tables ------------------------------------------- */

static bool reached(const struct matrix *m, const char *key)
{
	for (size_t i = 0; i < m->count; i++) {
		char diagnosis[64];

		if (m->items[i].kind == MATRIX_MUTANT &&
		    header_line(m->items[i].path, "Diagnosis", diagnosis,
				sizeof(diagnosis)) == 0 &&
		    strcmp(diagnosis, key) == 0)
			return true;
	}
	return false;
}

/* 100 points, and a mutant for each diagnosis that a check can give. */
static enum verdict prove_table(const struct grader *grader, char *why,
				size_t size)
{
	struct matrix m = { 0 };
	const char *missing = NULL;
	unsigned points = 0;
	unsigned checks = 0;
	int r = matrix_collect(&m, grader, GRADE_HOST);

	for (const struct check *c = grader->checks; c->id; c++) {
		points += c->points;
		checks++;
		for (const struct diagnosis *d = c->diagnoses;
		     !missing && d && d->key; d++) {
			if (!reached(&m, d->key))
				missing = d->key;
		}
	}
	matrix_release(&m);
	if (r < 0)
		snprintf(why, size, "cannot read the kit: %s", strerror(-r));
	else if (points != 100)
		snprintf(why, size, "the points add up to %u", points);
	else if (checks < 8)
		snprintf(why, size, "there are only %u checks", checks);
	else if (missing)
		snprintf(why, size, "no mutant has the diagnosis %s", missing);
	else
		return VERDICT_PASS;
	return VERDICT_FAIL;
}

/* ---- compare ----------------------------------------------------------- */

/* The failed checks of a result, as " id id", and the first diagnosis. */
static void list_failed(const struct lab_result *lab, char list[LIST_SIZE],
			const char **ret_key)
{
	size_t used = 0;

	*ret_key = NULL;
	list[0] = '\0';
	for (size_t i = 0; i < lab->count; i++) {
		const struct finding *f = &lab->findings[i];
		int n;

		if (f->verdict != VERDICT_FAIL)
			continue;
		if (!*ret_key)
			*ret_key = f->diagnosis ? f->diagnosis->key : "none";
		n = snprintf(list + used, LIST_SIZE - used, "%s%s",
			     used ? " " : "", f->check->id);
		if (n < 0 || used + (size_t)n >= LIST_SIZE)
			return;
		used += (size_t)n;
	}
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len) {
		if ((at == words || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Sorts the words of a list into the order of the grader's table. */
static void in_order(const struct grader *grader, const char *words,
		     char list[LIST_SIZE], char *unknown, size_t size)
{
	auto_free char *copy = strdup(words);
	size_t used = 0;
	char *rest = copy;
	char *word;

	unknown[0] = '\0';
	list[0] = '\0';
	for (const struct check *c = grader->checks; copy && c->id; c++) {
		if (has_word(words, c->id))
			used += (size_t)snprintf(list + used, LIST_SIZE - used,
						 "%s%s", used ? " " : "",
						 c->id);
	}
	while ((word = strsep(&rest, " "))) {
		if (*word && !strstr(list, word))
			snprintf(unknown, size, "%s", word);
	}
}

static enum verdict prove_mutant(const struct matrix_item *item,
				 const struct lab_result *lab, char *why,
				 size_t size)
{
	char fails[LIST_SIZE];
	char named[LIST_SIZE];
	char failed[LIST_SIZE];
	char diagnosis[64];
	char unknown[64];
	const char *key;

	if (header_line(item->path, "Fails", fails, sizeof(fails)) < 0 ||
	    header_line(item->path, "Diagnosis", diagnosis, sizeof(diagnosis)) <
		    0) {
		snprintf(why, size, "no 'Fails:' or 'Diagnosis:' line");
		return VERDICT_FAIL;
	}
	in_order(item->grader, fails, named, unknown, sizeof(unknown));
	list_failed(lab, failed, &key);
	if (*unknown)
		snprintf(why, size, "there is no check %s", unknown);
	else if (strcmp(named, failed) != 0)
		snprintf(why, size, "names [%s], fails [%s]", named, failed);
	else if (!key || strcmp(key, diagnosis) != 0)
		snprintf(why, size, "names diagnosis %s, gets %s", diagnosis,
			 key ? key : "none");
	else
		return VERDICT_PASS;
	return VERDICT_FAIL;
}

/*
 * A check that was skipped says nothing, but the others still do: no solution
 * may fail one, and no exercise or attack may pass one.  A mutant may fail only
 * what it names.  Then the item as a whole is skipped.
 */
static enum verdict prove_rest(const struct matrix_item *item,
			       const struct lab_result *lab,
			       const struct finding *skipped, char *why,
			       size_t size)
{
	char fails[LIST_SIZE] = "";
	char named[LIST_SIZE];
	char unknown[64];

	if (item->kind == MATRIX_MUTANT)
		(void)header_line(item->path, "Fails", fails, sizeof(fails));
	in_order(item->grader, fails, named, unknown, sizeof(unknown));
	for (size_t i = 0; i < lab->count; i++) {
		const struct finding *f = &lab->findings[i];
		bool may_fail = item->kind != MATRIX_SOLUTION;
		bool may_pass = item->kind == MATRIX_SOLUTION ||
				item->kind == MATRIX_MUTANT;

		if (item->kind == MATRIX_MUTANT)
			may_fail = has_word(named, f->check->id);
		if ((f->verdict != VERDICT_FAIL || may_fail) &&
		    (f->verdict != VERDICT_PASS || may_pass))
			continue;
		snprintf(why, size, "%s: %s", f->check->id,
			 verdict_name(f->verdict));
		return VERDICT_FAIL;
	}
	snprintf(why, size, "%s: %s: %s", skipped->check->id,
		 verdict_name(skipped->verdict),
		 skipped->reason ? skipped->reason : "no reason");
	return VERDICT_SKIP;
}

/*
 * An attack that got through says so: "BROKEN: ...", or what its header's line
 * "Success:" says.  The compiler may say it too, when it quotes a file.  And one
 * that makes the grader keep whatever it writes need not say anything.
 */
static bool says_success(const struct matrix_item *item,
			 const struct lab_result *lab)
{
	char word[128] = "BROKEN:";

	(void)header_line(item->path, "Success", word, sizeof(word));
	if (lab->build.output && strstr(lab->build.output, word))
		return true;
	for (size_t i = 0; i < lab->count; i++) {
		const char *output = lab->findings[i].output;

		if (output &&
		    (strstr(output, word) || strlen(output) > MAX_OUTPUT_BYTES))
			return true;
	}
	return false;
}

/* An attack on the compiler names the limit that must stop it. */
static bool stops_elsewhere(const struct matrix_item *item,
			    const struct lab_result *lab)
{
	const char *reason = lab->build.reason ? lab->build.reason : "";
	char wanted[128];

	return header_line(item->path, "Build", wanted, sizeof(wanted)) == 0 &&
	       strcmp(wanted, reason) != 0;
}

static enum verdict compare(const struct matrix_item *item,
			    const struct lab_result *lab, char *why,
			    size_t size)
{
	const struct finding *skipped = NULL;
	struct totals t = lab_totals(lab);
	char failed[LIST_SIZE];
	const char *key;

	if (item->kind == MATRIX_ATTACK && says_success(item, lab)) {
		snprintf(why, size, "it says that it got through");
		return VERDICT_FAIL;
	}
	if (item->kind == MATRIX_ATTACK && stops_elsewhere(item, lab)) {
		snprintf(why, size, "the build was not stopped as it says: %s",
			 lab->build.reason ? lab->build.reason : "it was not");
		return VERDICT_FAIL;
	}
	for (size_t i = 0; i < lab->count; i++) {
		const struct finding *f = &lab->findings[i];

		if (f->verdict == VERDICT_PASS || f->verdict == VERDICT_FAIL)
			continue;
		if (f->verdict == VERDICT_SKIP) {
			skipped = skipped ? skipped : f;
			continue;
		}
		snprintf(why, size, "%s: %s: %s", f->check->id,
			 verdict_name(f->verdict),
			 f->reason ? f->reason : "no reason");
		return f->verdict;
	}
	if (skipped)
		return prove_rest(item, lab, skipped, why, size);
	list_failed(lab, failed, &key);
	switch (item->kind) {
	case MATRIX_SOLUTION:
		snprintf(why, size, "%u of %u points, fails [%s]", t.points,
			 t.max, failed);
		return t.points == 100 && t.max == 100 ? VERDICT_PASS
						       : VERDICT_FAIL;
	case MATRIX_EXERCISE:
	case MATRIX_ATTACK:
		snprintf(why, size, "%u points, %u checks passed", t.points,
			 t.passed);
		return t.points == 0 && t.passed == 0 ? VERDICT_PASS
						      : VERDICT_FAIL;
	case MATRIX_MUTANT:
		return prove_mutant(item, lab, why, size);
	case MATRIX_TABLE:
		break;
	}
	return VERDICT_ERROR;
}

/* ---- one item, or several that share a lab machine ----------------------- */

/* An item on its way from the source to the verdict. */
struct trial {
	const struct matrix_item *item;
	char dir[PATH_SIZE];	    /* of a mutant; else empty */
	char path[PATH_SIZE + 128]; /* of the submission */
	struct traces *before;
};

static int trial_begin(struct trial *t, const struct matrix_item *item,
		       struct lab_result *lab, char *why, size_t size)
{
	int r = 0;

	*t = (struct trial){ .item = item };
	snprintf(t->path, sizeof(t->path), "%s", item->path);
	if (item->kind == MATRIX_MUTANT) {
		r = mutant_make(item->path, item->grader->lab, t->dir,
				sizeof(t->dir));
		if (r < 0) {
			snprintf(why, size, "the patch does not apply: %s",
				 strerror(-r));
			return r;
		}
		snprintf(t->path, sizeof(t->path), "%s/solutions/%s", t->dir,
			 item->grader->lab);
	}
	t->before = traces_take(t->path);
	return lab_result_init(lab, item->grader, t->path);
}

static enum verdict trial_end(struct trial *t, const struct lab_result *lab,
			      char *why, size_t size)
{
	enum verdict verdict = compare(t->item, lab, why, size);

	if (traces_compare(t->before, t->path, why, size) != 0)
		verdict = VERDICT_FAIL;
	if (*t->dir)
		mutant_remove(t->dir);
	return verdict;
}

void matrix_prove(const struct matrix_item *items, size_t count,
		  struct matrix_answer *answers)
{
	auto_free struct trial *trials = calloc(count, sizeof(*trials));
	struct lab_result *labs = calloc(count, sizeof(*labs));
	size_t *index = calloc(count, sizeof(*index));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct matrix_answer *a = &answers[i];

		*a = (struct matrix_answer){ VERDICT_ERROR, "no memory" };
		if (!trials || !labs || !index)
			continue;
		if (items[i].kind == MATRIX_TABLE)
			a->verdict = prove_table(items[i].grader, a->why,
						 sizeof(a->why));
		else if (trial_begin(&trials[n], &items[i], &labs[n], a->why,
				     sizeof(a->why)) == 0)
			index[n++] = i;
		else
			a->verdict = VERDICT_FAIL;
	}
	if (n > 0)
		grade_labs(labs, n, items->place);
	for (size_t i = 0; i < n; i++) {
		struct matrix_answer *a = &answers[index[i]];

		a->verdict =
			trial_end(&trials[i], &labs[i], a->why, sizeof(a->why));
		lab_result_release(&labs[i]);
	}
	free(labs);
	free(index);
}

/* Hostile programs share a machine with nobody. */
size_t matrix_batch(const struct matrix *m, size_t first)
{
	enum { MOST = 8 };
	const struct matrix_item *items = &m->items[first];
	size_t n = 1;

	if (items->place != GRADE_MACHINE || items->kind == MATRIX_ATTACK)
		return 1;
	while (n < MOST && first + n < m->count &&
	       items[n].grader == items->grader &&
	       items[n].kind != MATRIX_ATTACK)
		n++;
	return n;
}
