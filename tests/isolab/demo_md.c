/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo.h"

static int add_source(struct text *text, const char *reference, char *why,
		      size_t size)
{
	struct source source = { 0 };
	int r = source_find(reference, &source, why, size);

	if (r < 0)
		return r;
	text_addf(text, "[%s, lines %u to %u]{.file}\n\n~~~~~c\n%s~~~~~\n",
		  source.file, source.first, source.last, source.text);
	source_release(&source);
	return 0;
}

static void add_command(struct text *text, const char *script)
{
	const char *prompt = "$ ";

	text_add(text, "~~~~~{.command}\n");
	while (*script) {
		size_t len = strcspn(script, "\n");

		text_addf(text, "%s%.*s\n", prompt, (int)len, script);
		prompt = len > 0 && script[len - 1] == '\\' ? "> " : "$ ";
		script += len + (script[len] == '\n');
	}
	text_add(text, "~~~~~\n");
}

static int add_block(struct text *text, const struct slide_block *block,
		     char *why, size_t size)
{
	int r = 0;

	switch (block->kind) {
	case SLIDE_ITEM:
		text_addf(text, "- %s\n", block->text);
		return 0;
	case SLIDE_WORDS:
	case SLIDE_PICTURE:
		text_addf(text, "%s\n", block->text);
		break;
	case SLIDE_TEXT:
		text_addf(text, "~~~~~text\n%s~~~~~\n", block->text);
		break;
	case SLIDE_SOURCE:
		r = add_source(text, block->text, why, size);
		break;
	case SLIDE_SHELL:
		add_command(text, block->text);
		break;
	}
	text_add(text, "\n");
	return r;
}

int demo_markdown(struct text *text, const struct slides *slides, char *why,
		  size_t size)
{
	for (size_t i = 0; i < slides->count; i++) {
		const struct slide *slide = &slides->list[i];
		enum slide_block_kind last = SLIDE_WORDS;

		text_addf(text, "%s %s\n\n", i ? "##" : "#", slide->title);
		for (size_t k = 0; k < slide->count; k++) {
			const struct slide_block *block = &slide->blocks[k];
			int r;

			if (last == SLIDE_ITEM && block->kind != SLIDE_ITEM)
				text_add(text, "\n");
			r = add_block(text, block, why, size);
			if (r < 0)
				return r;
			last = block->kind;
		}
		text_add(text, "\n");
	}
	return 0;
}
