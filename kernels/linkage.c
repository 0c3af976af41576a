// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/linkage.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elf.h"

struct file {
	const char *data;
	size_t size;
	Elf64_Ehdr header;
};

static bool lies_within(const struct file *file, uint64_t offset, uint64_t size)
{
	return offset <= file->size && size <= file->size - offset;
}

/* A string that ends within the file; NULL else. */
static const char *string_at(const struct file *file, uint64_t offset)
{
	if (offset >= file->size || !memchr(file->data + offset, '\0', file->size - offset))
		return NULL;
	return file->data + offset;
}

static bool segment_at(const struct file *file, size_t i, Elf64_Phdr *ret_segment)
{
	uint64_t offset = file->header.e_phoff + i * sizeof(*ret_segment);

	if (offset < file->header.e_phoff || !lies_within(file, offset, sizeof(*ret_segment)))
		return false;
	memcpy(ret_segment, file->data + offset, sizeof(*ret_segment));
	return lies_within(file, ret_segment->p_offset, ret_segment->p_filesz);
}

/* The first segment of a type. 1: there is one, 0: there is none. */
static int find_segment(const struct file *file, uint32_t type, Elf64_Phdr *ret_segment)
{
	for (size_t i = 0; i < file->header.e_phnum; i++) {
		Elf64_Phdr segment;

		if (!segment_at(file, i, &segment))
			return -EINVAL;
		if (segment.p_type == type) {
			*ret_segment = segment;
			return 1;
		}
	}
	return 0;
}

/* Where in the file an address of the running program is. */
static int offset_of(const struct file *file, uint64_t address, uint64_t *ret_offset)
{
	for (size_t i = 0; i < file->header.e_phnum; i++) {
		Elf64_Phdr segment;

		if (!segment_at(file, i, &segment))
			return -EINVAL;
		if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*ret_offset = segment.p_offset + (address - segment.p_vaddr);
		return 0;
	}
	return -EINVAL;
}

static Elf64_Dyn entry_at(const struct file *file, const Elf64_Phdr *dynamic, size_t i)
{
	Elf64_Dyn entry;

	memcpy(&entry, file->data + dynamic->p_offset + i * sizeof(entry), sizeof(entry));
	return entry;
}

static int read_needed(const struct file *file, const Elf64_Phdr *dynamic,
		       struct dcb_linkage *linkage)
{
	size_t n = dynamic->p_filesz / sizeof(Elf64_Dyn);
	uint64_t strings = 0;

	for (size_t i = 0; i < n; i++) {
		Elf64_Dyn entry = entry_at(file, dynamic, i);

		if (entry.d_tag == DT_STRTAB && offset_of(file, entry.d_un.d_ptr, &strings) < 0)
			return -EINVAL;
	}
	for (size_t i = 0; i < n; i++) {
		Elf64_Dyn entry = entry_at(file, dynamic, i);
		const char *name;

		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED)
			continue;
		name = strings > 0 && entry.d_un.d_val < file->size
			       ? string_at(file, strings + entry.d_un.d_val)
			       : NULL;
		if (!name || linkage->n_needed == DCB_LINKAGE_MAX)
			return -EINVAL;
		linkage->needed[linkage->n_needed++] = name;
	}
	return 0;
}

int dcb_linkage_read(const void *data, size_t size, struct dcb_linkage *ret_linkage)
{
	struct file file = {.data = data, .size = size};
	struct dcb_linkage linkage = {0};
	Elf64_Phdr segment;
	struct dcb_elf elf;
	int r = dcb_elf_read(data, size, &elf);

	if (r < 0)
		return r;
	memcpy(&file.header, data, sizeof(file.header));
	if (file.header.e_phnum > 0 && file.header.e_phentsize != sizeof(Elf64_Phdr))
		return -EINVAL;
	r = find_segment(&file, PT_INTERP, &segment);
	if (r > 0) {
		linkage.interpreter = string_at(&file, segment.p_offset);
		if (!linkage.interpreter)
			return -EINVAL;
	}
	if (r >= 0)
		r = find_segment(&file, PT_DYNAMIC, &segment);
	if (r > 0)
		r = read_needed(&file, &segment, &linkage);
	if (r < 0)
		return r;
	*ret_linkage = linkage;
	return 0;
}
