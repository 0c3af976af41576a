/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * One QEMU for the machines kvm, tcg and icount: which one is used, and its command line.
 * QEMU before 10 corrupts TCG guests (a lab that blames a kernel for its emulator's bug is
 * worthless), so that the system's own is taken only where it is new enough, else one in the cache.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "machines/machine.h"

#define DCB_QEMU_MIN_EMULATED 10
#define DCB_QEMU_MIN_KVM      7

struct dcb_qemu {
	char *program;
	char *root;    /* folder that its packages were unpacked to; NULL: the system's */
	char *version; /* "10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)" */
	int major;
};

#define DCB_QEMU_NULL                                                                              \
	{                                                                                          \
		0                                                                                  \
	}

void dcb_qemu_deinit(struct dcb_qemu *qemu);
static inline void dcb_qemu_deinitp(struct dcb_qemu *qemu)
{
	dcb_qemu_deinit(qemu);
}

/* "qemu-system-x86_64" */
const char *dcb_qemu_program(enum dcb_arch arch);
/* "qemu-system-x86" */
const char *dcb_qemu_package(enum dcb_arch arch);
/* What --version printed. -EINVAL if that is no QEMU; *ret_version is malloc'd. */
int dcb_qemu_version_parse(const char *text, char **ret_version, int *ret_major);
/* Runs `program --version`: an error says which libraries are missing. */
int dcb_qemu_probe(const char *program, char **ret_version, int *ret_major, struct dcb_error *err);
/* The system's, else the cache's. -ENOENT with what was found and what would mend it. */
int dcb_qemu_find(const char *cache, enum dcb_arch arch, int min_major, struct dcb_qemu *ret_qemu,
		  struct dcb_error *err);
/* Fetches the oldest good one into the cache. */
int dcb_qemu_fetch(const char *cache, enum dcb_arch arch, int min_major,
		   const struct dcb_machine_options *options, struct dcb_error *err);

enum dcb_qemu_kind { DCB_QEMU_KVM, DCB_QEMU_TCG, DCB_QEMU_ICOUNT };

/* What argv names; all paths as QEMU will see them. */
struct dcb_qemu_files {
	const char *program;
	const char *data, *firmware; /* folders for -L, or NULL */
	const char *kernel, *initramfs;
	int console_fd, records_fd;
	int disk_fd; /* where the spec has a disk */
};

/* The whole command line, NULL-terminated; NULL without memory. */
char **dcb_qemu_argv(enum dcb_qemu_kind kind, const struct dcb_boot_spec *spec,
		     const struct dcb_qemu_files *files);
/* The part of it that is the same in every boot. */
json_t *dcb_qemu_flags(enum dcb_qemu_kind kind, enum dcb_arch arch);

/* Does the CPU offer hardware virtualization, by the text of /proc/cpuinfo. */
bool dcb_kvm_in_cpuinfo(const char *cpuinfo);

/* The ops that the three share. */
int dcb_qemu_supported(enum dcb_qemu_kind kind, enum dcb_arch arch, char **ret_why);
int dcb_qemu_prepare(enum dcb_qemu_kind kind, enum dcb_arch arch,
		     const struct dcb_machine_options *options, struct dcb_error *err);
int dcb_qemu_describe(enum dcb_qemu_kind kind, enum dcb_arch arch, json_t **ret_description,
		      struct dcb_error *err);
int dcb_qemu_command(enum dcb_qemu_kind kind, const struct dcb_boot_spec *spec, int records_fd,
		     int console_fd, struct dcb_machine_command *ret_command,
		     struct dcb_error *err);
