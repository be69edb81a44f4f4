# isolab: from chroot to KVM.  One make, no recursion into folders: every rule
# below sees the whole tree, and a new lab folder needs no edit of this file.
#
#   make grade       install what is missing, build, grade the exercises
#   make test        install what is missing, build, prove the kit
#   make help        list every target
#
#   LAB=03   only this lab           SUT=solutions  grade another folder
#   V=1      show full commands      O=DIR          build somewhere else
#   WERROR=1 warnings are errors     SAN=1          address and UB sanitizers
#   COV=1    count lines, for "make coverage"

CC      ?= cc
O       ?= build
SUT     ?= exercises
PREFIX  ?= /usr/local

# ---- flags -----------------------------------------------------------------
CPPFLAGS += -D_GNU_SOURCE -Icommon
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wwrite-strings -Wvla -Wundef -Wformat=2
STD      := -std=c17
STATIC   := -static

ifeq ($(WERROR),1)
WARN += -Werror
endif
ifeq ($(SAN),1)
override O := $(O)/san
SANFLAGS   := -fsanitize=address,undefined -fno-omit-frame-pointer
STATIC     :=
endif

# Only the grader and the unit tests count their lines; what runs in another
# root directory could not.  gcov may not wrap fork(2) and execve(2): it would
# write its files there.
ifeq ($(COV),1)
override O := $(O)/cov
CFLAGS     := -O0 -g
COVFLAGS   := --coverage -fprofile-update=atomic -fdata-sections \
              $(patsubst %,-fno-builtin-%,fork execl execle execlp execv execve execvp)
COVHOOK     = $(O)/tests/coverage/counters.o
COVLINK     = --coverage -Wl,--wrap=_exit -Wl,--wrap=__gcov_exit -Wl,-T,tests/coverage/counters.ld
endif

# ---- what there is to build ------------------------------------------------
# A folder labs/NN-name/ with a main.c is one program, which main.c gives its
# name in a line " * Program: oci"; $(O)/bin/oci leads to it.  Without a main.c
# each of its files is a program.  A folder in exercises/ or solutions/ is one
# program.
objs_in    = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard $(1)/*.c)))
folders_in = $(sort $(patsubst $(1)/%/,%,$(dir $(wildcard $(1)/[0-9]*/*.c))))

LABS      := $(call folders_in,labs)
EXERCISES := $(call folders_in,exercises)
SOLUTIONS := $(call folders_in,solutions)
GRADERS   := $(patsubst tests/graders/%.c,%,$(sort $(wildcard tests/graders/*.c)))
PROBES    := $(patsubst tests/probes/%.c,%,$(sort $(wildcard tests/probes/*.c)))
LABS_ONE  := $(patsubst labs/%/main.c,%,$(wildcard labs/*/main.c))
LABS_MANY := $(filter-out $(LABS_ONE),$(LABS))

# What follows KEY in the header comments of the files; which of these libraries
# are not installed for linking statically.
header     = $(shell sed -n 's/^ \* $(1): *//p' /dev/null $(2))
absent     = $(strip $(foreach l,$(sort $(call header,Libs,$(1))),\
               $(if $(filter /%,$(shell $(CC) -print-file-name=lib$(l).a)),,lib$(l))))
program_of = $(PROGRAM_$(1))
$(foreach l,$(LABS_ONE),$(eval \
    PROGRAM_$(l) := $(or $(call header,Program,labs/$(l)/main.c),$(l))))

LABS_WITHOUT := $(foreach l,$(LABS_ONE),$(if $(call absent,$(wildcard labs/$(l)/*.c)),$(l)))

# A file tests/unit/test_NAME_*.c tests the parts of the lab program NAME; the
# files tests/unit/NAME_*.c are linked with all of these.
lab_of   = $(foreach l,$(LABS_ONE),$(if $(filter test_$(call program_of,$(l))_%,$(1)),$(l)))
parts_of = $(foreach l,$(call lab_of,$(1)),$(filter-out %/main.o $(O)/labs/$(l)/cmd_%.o,\
             $(call objs_in,labs/$(l))) \
             $(patsubst %.c,$(O)/%.o,$(wildcard tests/unit/$(call program_of,$(l))_*.c)))
UNITS   := $(foreach u,$(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c))),\
             $(if $(filter $(LABS_WITHOUT),$(call lab_of,$(u))),,$(u)))

COMMON    := $(O)/common/libcommon.a
STUDENT   := $(O)/student/libcommon.a
LAB_COMMON:= $(if $(COVFLAGS),$(STUDENT),$(COMMON))
LIBISOLAB := $(O)/tests/libisolab.a
ISOLAB    := $(O)/bin/isolab
LAB_BINS  := $(patsubst labs/%.c,$(O)/bin/labs/%,$(sort \
               $(foreach l,$(LABS_MANY),$(wildcard labs/$(l)/*.c))))
LAB_ONES  := $(foreach l,$(filter-out $(LABS_WITHOUT),$(LABS_ONE)),\
               $(O)/bin/labs/$(l)/$(call program_of,$(l)))
EX_BINS   := $(EXERCISES:%=$(O)/bin/exercises/%)
SOL_BINS  := $(SOLUTIONS:%=$(O)/bin/solutions/%)
PROBE_BINS:= $(PROBES:%=$(O)/bin/probes/%)
INIT      := $(O)/machine/init
IMAGE     := $(O)/machine/base.cpio
UNIT_BINS := $(UNITS:%=$(O)/bin/unit/%)
ESCAPES   := $(patsubst tests/%.c,$(O)/bin/%,$(wildcard tests/escape/*.c))

CHAPTERS  := $(sort $(wildcard docs/handbook/*.md))
DIAGRAMS  := $(patsubst docs/diagrams/%.dot,$(O)/docs/%.svg,\
               $(sort $(wildcard docs/diagrams/*.dot)))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
SLIDES    := $(patsubst docs/slides/%.md,$(O)/docs/slides/%.html,\
               $(wildcard $(LABS:%=docs/slides/%.md)))

.PHONY: all labs exercises solutions isolab units deps grade test check docs \
        slides install clean help skeletons bench fuzz machine check-attacks \
        check-faults check-podman check-escapes coverage coverage-report check-names \
        check-skeletons check-format check-lint FORCE

all: labs exercises isolab      ## build everything a student needs
labs: $(LAB_BINS) $(LAB_ONES)   ## build the labs
	@$(foreach l,$(LABS_WITHOUT),printf '  %-7s labs/%s needs %s (make deps)\n' \
	    SKIP $(l) '$(call absent,$(wildcard labs/$(l)/*.c))';)
exercises: $(EX_BINS)           ## build the exercises
solutions: $(SOL_BINS)          ## build the solutions
isolab: $(ISOLAB) $(PROBE_BINS) $(STUDENT) ## build the grader
units: $(UNIT_BINS)             ## build the unit tests

# ---- how to build it -------------------------------------------------------
ifeq ($(V),1)
say =
Q   =
else
say = @printf '  %-7s %s\n' '$(1)' '$(@:$(O)/%=%)'
Q   = @
endif

# A program that needs more than libc says so in its header comment, in a line
# " * Libs:   seccomp"; the grader reads the same line (tests/isolab/build.c).
libs = $(addprefix -l,$(call header,Libs,\
       $(wildcard $(patsubst musl/%,%,$(patsubst $(O)/%.o,%.c,$(filter %.o,$^))))))

compile = $(Q)$(CC) $(STD) $(WARN) $(CPPFLAGS) $(CFLAGS) $(1) -MMD -MP -c -o $@ $<
link    = $(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(libs) $(LDLIBS)
archive = $(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(call compile,$(SANFLAGS))

$(O)/common/%.o $(O)/tests/isolab/%.o: SANFLAGS += $(COVFLAGS)

# What a student's program is linked with never carries the sanitizers.
$(O)/student/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(call compile)

$(COMMON): $(call objs_in,common)
	$(call say,AR)
	$(archive)

$(STUDENT): $(patsubst common/%.c,$(O)/student/common/%.o,$(sort $(wildcard common/*.c)))
	$(call say,AR)
	$(archive)

# Lab 11: numbers of system calls by name, from the kernel's own headers.
SYSCALLS := $(O)/labs/11-container/seccomp_names.inc

$(SYSCALLS): labs/11-container/seccomp_names.awk
	@mkdir -p $(@D)
	$(call say,AWK)
	$(Q)n=0; for t in 64 32 x32; do echo "TABLE $$n"; n=$$((n + 1)); \
	    echo "#include <asm/unistd_$$t.h>" | $(CC) -E -dM - || exit 1; \
	done >$@.all && awk -f $< $@.all >$@.new && LC_ALL=C sort -o $@ $@.new

$(O)/labs/11-container/seccomp_names.o $(O)/musl/labs/11-container/seccomp_names.o: $(SYSCALLS)
$(O)/labs/11-container/seccomp_names.o $(O)/musl/labs/11-container/seccomp_names.o: \
    CPPFLAGS += -I$(O)/labs/11-container

.SECONDEXPANSION:
$(LAB_BINS): $(O)/bin/%: $(O)/%.o $(LAB_COMMON)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(link)

# Static, so that a copy runs in any root directory.  Of a library's parts only
# those are kept that are used: libarchive's would ask for six libraries more.
$(LAB_BINS) $(LAB_ONES): LDFLAGS += $(STATIC) -Wl,--gc-sections

# A program whose main.c says " * Libc: musl" is linked with musl where musl-gcc
# is: its start costs less than glibc's.  The kernel's headers are glibc's.
MUSL := $(if $(SANFLAGS)$(COVFLAGS),,$(shell command -v musl-gcc))
WITH_MUSL := $(if $(MUSL),$(foreach l,$(LABS_ONE),\
               $(if $(filter musl,$(call header,Libc,labs/$(l)/main.c)),$(l))))
MUSL_INCLUDE := $(O)/musl/include
in_musl = $(if $(filter $(WITH_MUSL),$(notdir $(1))),$(patsubst $(O)/%,$(O)/musl/%,$(2)),$(2))

$(MUSL_INCLUDE)/.made:
	@mkdir -p $(@D)
	$(Q)for d in linux asm-generic jsmn.h; do ln -sfn /usr/include/$$d $(@D)/$$d; done
	$(Q)ln -sfn $$(dirname $$(echo '#include <asm/unistd.h>' | $(CC) -E - | \
	    sed -n 's/.*"\(.*asm\/unistd.h\)".*/\1/p' | head -n 1)) $(@D)/asm
	@touch $@

$(O)/musl/%.o: %.c $(MUSL_INCLUDE)/.made
	@mkdir -p $(@D)
	$(call say,MUSL)
	$(Q)$(MUSL) $(STD) $(WARN) $(CPPFLAGS) -isystem $(MUSL_INCLUDE) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/musl/libcommon.a: $(patsubst common/%.c,$(O)/musl/common/%.o,$(sort $(wildcard common/*.c)))
	$(call say,AR)
	$(archive)

$(foreach l,$(WITH_MUSL),$(O)/bin/labs/$(l)/$(call program_of,$(l))): private CC = $(MUSL) -s

$(LAB_ONES): $$(call in_musl,$$(@D),$$(call objs_in,$$(patsubst $(O)/bin/%,%,$$(@D)))) \
             $$(if $$(filter $(WITH_MUSL),$$(notdir $$(@D))),$(O)/musl/libcommon.a,$(LAB_COMMON))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(link)
	@ln -sf $(@:$(O)/bin/%=%) $(O)/bin/$(@F)

$(EX_BINS) $(SOL_BINS): $(O)/bin/%: $$(call objs_in,$$*) $(LAB_COMMON)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(link)

# Probes and the machine's init run where there is no library.
static = $(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $(filter %.o %.a,$^)

$(PROBE_BINS): $(O)/bin/%: $(O)/student/tests/%.o $(STUDENT)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(static)

$(ESCAPES): $(O)/bin/%: $(O)/student/tests/%.o
	@mkdir -p $(@D)
	$(call say,LINK)
	$(static)

# ---- the grader ------------------------------------------------------------
# The list of graders is the list of files in tests/graders/.
$(O)/tests/graders.c: FORCE
	@mkdir -p $(@D)
	@{ echo '/* Made by the Makefile from the names in tests/graders/. */'; \
	   echo '#include "grader.h"'; \
	   for g in $(subst -,_,$(GRADERS)); do \
	       echo "extern const struct grader grader_$$g;"; done; \
	   echo 'const struct grader *const graders[] = {'; \
	   for g in $(subst -,_,$(GRADERS)); do echo "	&grader_$$g,"; done; \
	   echo '	NULL,'; echo '};'; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(O)/tests/graders.o: $(O)/tests/graders.c
	$(call say,CC)
	$(call compile,$(SANFLAGS))

$(LIBISOLAB): $(filter-out %/main.o,$(call objs_in,tests/isolab)) \
              $(call objs_in,tests/graders) $(O)/tests/graders.o
	@mkdir -p $(@D)
	$(call say,AR)
	$(archive)

ISOLAB_LIBS := -lcap -ljansson -lseccomp -lsodium -pthread

$(ISOLAB): $(O)/tests/isolab/main.o $(COVHOOK) $(LIBISOLAB) $(COMMON)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(link)
$(ISOLAB): LDFLAGS += $(STATIC) $(COVLINK)
$(ISOLAB): LDLIBS += $(ISOLAB_LIBS)

$(O)/tests/%.o: CPPFLAGS += -Itests/isolab -Itests/unit
$(O)/tests/unit/%.o: CPPFLAGS += $(addprefix -Ilabs/,$(call lab_of,$(@:$(O)/tests/unit/%.o=%)))
$(O)/student/tests/%.o: CPPFLAGS += -Itests/isolab

$(UNIT_BINS): $(O)/bin/unit/%: $(O)/tests/unit/%.o $(O)/tests/unit/harness.o \
              $$(call parts_of,$$*) $(COVHOOK) $(LIBISOLAB) $(COMMON)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(link)
$(UNIT_BINS): LDFLAGS += $(COVLINK)
$(UNIT_BINS): LDLIBS += $(shell pkg-config --libs check 2>/dev/null) $(ISOLAB_LIBS)

# ---- the lab machine --------------------------------------------------------
machine: need-machine isolab    ## build the lab machine: a kernel and its image
	@$(MAKE) --no-print-directory $(IMAGE)

$(INIT): $(patsubst %.c,$(O)/student/%.o,$(sort $(wildcard tests/machine/*.c))) \
         $(O)/student/tests/isolab/wire.o $(STUDENT)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(static)

$(O)/machine/kernel: tests/machine/fetch-kernel.sh
	$(call say,KERNEL)
	$(Q)sh tests/machine/fetch-kernel.sh $(@D)

$(IMAGE): tests/machine/make-image.sh $(O)/machine/kernel $(INIT)
	$(call say,IMAGE)
	$(Q)sh tests/machine/make-image.sh $(@D) $(INIT)

# ---- grading and proving ----------------------------------------------------
RUN := ISOLAB_KIT=$(CURDIR) $(ISOLAB)

grade: need-grade               ## grade SUT=exercises; LAB=NN for one lab
	@$(MAKE) --no-print-directory all
	@$(RUN) grade $(if $(filter-out exercises,$(SUT)),--from $(SUT)) $(LAB)

# The unit tests and the matrix each end with "N passed, N failed, N skipped".
test: need-grade need-test need-labs need-machine ## prove the kit: unit tests and the matrix
	@$(MAKE) --no-print-directory all solutions units machine
	@ISOLAB_KIT=$(CURDIR) sh tests/run.sh $(UNIT_BINS) -- $(RUN_MATRIX)

RUN_MATRIX = $(ISOLAB) matrix $(LAB)

# Not part of "test": it builds the grader once for each patch, and most of them
# are tried in the lab machine.
check-attacks: need-grade need-test ## see attacks succeed without what stops them
	@$(MAKE) --no-print-directory all machine
	@sh tests/weaken.sh $(O) $(WEAKEN)

# Not part of "test": an emulated processor takes its time for podman.
check-podman: need-grade need-machine need-engines ## podman drives minic as it drives crun, in the lab machine
	@$(MAKE) --no-print-directory all machine
	@sh tests/podman.sh

# In the lab machine, minic's own attacks; WEAKENED=1: without what stops them.
check-escapes: need-grade need-labs need-machine ## see no attack get out of minic
	@$(MAKE) --no-print-directory labs machine $(ESCAPES)
	@sh tests/escape.sh $(if $(WEAKENED),--weakened) $(STEP)

# The calls of the kernel that minic makes fail, one in each run: here as a user,
# in the lab machine as root with control groups.  FULL=1: all of them, with each
# errno.  The program is also the one in the containers, so it is static.
FAULTS := $(O)/bin/faults

$(FAULTS): $(call objs_in,tests/faults) $(STUDENT)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(static) -lseccomp

check-faults: need-grade need-machine ## fail each call of minic once; SCENE=run, FULL=1
	@$(MAKE) --no-print-directory labs machine $(FAULTS)
	@$(FAULTS) $(if $(FULL),--full,--every 2) $(O)/bin/minic $(SCENE)
	@$(ISOLAB) machine $(FAULTS) $(if $(FULL),--full,--every 16) $(O)/bin/minic $(SCENE)

# Which lines of common/ and tests/isolab/ the tests reach.
coverage: need-grade need-test need-labs need-machine need-dev ## how much of the kit the tests reach
	@$(MAKE) --no-print-directory machine
	@$(MAKE) --no-print-directory COV=1 coverage-report

ifeq ($(COV),1)
coverage-report: all solutions units
	$(Q)find $(O) -name '*.gcda' -delete
	$(Q)rm -rf $(O)/machine && ln -s ../machine $(O)/machine
	@ISOLAB_KIT=$(CURDIR) sh tests/run.sh $(UNIT_BINS) -- $(RUN_MATRIX)
	@gcovr --root . --object-directory $(O) --filter common/ \
	    --filter tests/isolab/ --print-summary --fail-under-line 85 $(O)
endif

# A fuzzer tests/fuzz/fuzz_NAME.c names the lab whose parts it is about in a line
# " * Parts:  labs/10-image".  What it finds is written to the build's folder.
FUZZ    ?= layer
SECONDS ?= 60
FUZZ_C   = tests/fuzz/fuzz_$(FUZZ).c
FUZZ_DIR = $(call header,Parts,$(FUZZ_C))

fuzz: need-grade need-dev $(SYSCALLS) ## look for crashes: FUZZ=layer or config, SECONDS=600
	@mkdir -p $(O)/fuzz/$(FUZZ)
	$(Q)clang $(STD) $(WARN) $(CPPFLAGS) -I$(FUZZ_DIR) -I$(O)/$(FUZZ_DIR) -O1 -g \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    -o $(O)/fuzz/fuzz_$(FUZZ) $(FUZZ_C) $(wildcard common/*.c) \
	    $(filter-out %/main.c $(FUZZ_DIR)/cmd_%.c,$(wildcard $(FUZZ_DIR)/*.c)) \
	    $(addprefix -l,$(call header,Libs,$(FUZZ_C)))
	$(O)/fuzz/fuzz_$(FUZZ) -max_total_time=$(SECONDS) -timeout=10 -max_len=16384 \
	    -print_final_stats=1 -verbosity=0 -artifact_prefix=$(abspath $(O)/fuzz)/ \
	    $(addprefix -dict=,$(wildcard tests/fuzz/$(FUZZ).dict)) \
	    $(abspath $(O)/fuzz/$(FUZZ) tests/fuzz/corpus/$(FUZZ))

bench: all                      ## how long grading takes
	@ISOLAB_KIT=$(CURDIR) sh tests/bench.sh $(ISOLAB)

# ---- exercises are written once, in solutions/ -----------------------------
# Never a prerequisite of the build: it would overwrite a student's work.
SOL_FILES := $(sort $(wildcard solutions/*/*.c))

skeletons:                      ## maintainers: regenerate exercises/
	$(Q)for s in $(SOL_FILES); do \
	    e=exercises/$${s#solutions/}; mkdir -p $${e%/*}; \
	    awk -f tests/skel.awk $$s >$$e || exit 1; \
	done

check-skeletons:                ## CI: exercises/ is what solutions/ says
	$(Q)for s in $(SOL_FILES); do \
	    awk -f tests/skel.awk $$s | \
	    diff -u exercises/$${s#solutions/} - || exit 1; \
	done

# One number, one name, everywhere.
check-names:                    ## CI: no part of a lab is missing
	$(Q)rc=0; for n in $(LABS); do \
	    for f in labs/$$n/README.md docs/handbook/$$n.md solutions/$$n \
	             exercises/$$n tests/graders/$$n.c tests/mutants/$$n \
	             docs/diagrams/$$n.dot docs/slides/$$n.md; do \
	        [ -e $$f ] || { echo "missing: $$f"; rc=1; }; \
	    done; \
	done; exit $$rc

C_FILES := $(sort $(shell find $(wildcard common labs vmm-mini exercises solutions tests) -name '*.[ch]'))

check-format:                   ## CI: clang-format has nothing to change
	$(Q)clang-format --dry-run -Werror $(C_FILES)

check-lint:                     ## CI: shellcheck and cppcheck
	$(Q)shellcheck $(wildcard tests/*.sh tests/*/*.sh) .ci/run
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr -j2 \
	    --enable=warning,portability --suppress=missingIncludeSystem \
	    -D_GNU_SOURCE -Dnoreturn=_Noreturn -Icommon -Itests/isolab common labs solutions \
	    tests/isolab tests/graders tests/probes

AGAIN = $(MAKE) --no-print-directory WERROR=1
check: need-grade need-test need-labs need-machine need-dev ## CI: everything, from scratch
	$(Q)rm -rf $(O)/check
	$(Q)$(AGAIN) O=$(O)/check/gcc CC=gcc all solutions units
	$(Q)$(AGAIN) O=$(O)/check/clang CC=clang all solutions units
	$(Q)$(AGAIN) check-names check-skeletons check-format check-lint
	$(Q)$(AGAIN) O=$(O)/check/gcc CC=gcc test
	$(Q)LSAN_OPTIONS=suppressions=$(CURDIR)/tests/unit/lsan.supp:print_suppressions=0 \
	    $(AGAIN) O=$(O)/check SAN=1 test

# ---- the handbook ----------------------------------------------------------
docs: need-docs                 ## build the handbook, its diagrams and the slides
	@$(MAKE) --no-print-directory $(O)/docs/handbook.html $(SLIDES)

slides: need-docs               ## build the slides, a page for each lab
	@$(MAKE) --no-print-directory $(SLIDES)

$(O)/docs/%.svg: docs/diagrams/%.dot
	@mkdir -p $(@D)
	$(call say,DOT)
	$(Q)dot -Tsvg -o $@ $<

# Each chapter gets its picture below its title.
$(O)/docs/%.md: docs/handbook/%.md
	@mkdir -p $(@D)
	$(Q)awk -v svg=$*.svg -v there=$(wildcard docs/diagrams/$*.dot) '{ print } \
	    NR == 1 && there { printf "\n![](%s)\n", svg }' $< >$@

$(O)/docs/handbook.html: $(CHAPTERS:docs/handbook/%=$(O)/docs/%) $(DIAGRAMS)
	$(call say,PANDOC)
	$(Q)pandoc --standalone --self-contained --toc \
	    --metadata title='isolab: the handbook' \
	    --resource-path=$(O)/docs -o $@ $(filter %.md,$^)

# The lines of source in them are found by isolab demo, as on the stage.
$(O)/docs/slides/%.html: docs/slides/%.md docs/slides/template.html $(ISOLAB) \
                         $(O)/docs/%.svg $$(wildcard labs/$$*/*.c)
	@mkdir -p $(@D)
	$(call say,SLIDES)
	$(Q)ISOLAB_KIT=$(CURDIR) $(ISOLAB) demo --markdown $* >$(@:.html=.md)
	$(Q)pandoc --standalone --self-contained -t dzslides --slide-level=2 \
	    --template=docs/slides/template.html --highlight-style=kate --preserve-tabs \
	    --metadata pagetitle='$*' --resource-path=$(O)/docs \
	    -o $@ $(@:.html=.md)

# ---- install ---------------------------------------------------------------
LIB = $(DESTDIR)$(PREFIX)/lib/isolab

install: all                    ## install the command, for PREFIX=/usr/local
	install -d $(LIB)/bin/probes $(LIB)/student $(LIB)/share $(DESTDIR)$(PREFIX)/bin
	install $(ISOLAB) $(LIB)/bin/isolab
	install $(PROBE_BINS) $(LIB)/bin/probes
	install -m 644 $(STUDENT) $(LIB)/student
	install -d $(LIB)/share/docs
	cp -r common exercises labs $(LIB)/share
	[ ! -e $(IMAGE) ] || { install -d $(LIB)/machine && \
	    cp -rL $(O)/machine/vmlinu? $(IMAGE) $(O)/machine/lib $(LIB)/machine; }
	cp -r docs/slides $(LIB)/share/docs
	ln -sf ../lib/isolab/bin/isolab $(DESTDIR)$(PREFIX)/bin/isolab

# ---- packages: the one list is docs/packages.tsv ----------------------------
deps:                           ## list the packages (also for Fedora and Arch), install the missing ones
	@sh tests/deps.sh print
	@sh tests/deps.sh install all

need-%:
	@sh tests/deps.sh quiet $*

clean:                          ## remove what was built
	rm -rf $(O)

help:                           ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

-include $(shell find $(O) -name '*.d' 2>/dev/null)
