// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#define XEN_ELFNOTE_PHYS32_ENTRY 18 /* include/xen/interface/elfnote.h of Linux */

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static bool notes_have_pvh(const char *notes, size_t size)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t whole;

		memcpy(&note, notes, sizeof(note));
		if (note.n_namesz > size || note.n_descsz > size)
			return false;
		whole = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
		if (whole > size)
			return false;
		if (note.n_type == XEN_ELFNOTE_PHYS32_ENTRY && note.n_namesz == 4 &&
		    memcmp(notes + sizeof(note), "Xen", 4) == 0)
			return true;
		notes += whole;
		size -= whole;
	}
	return false;
}

static bool find_pvh(const char *data, size_t size, const Elf64_Ehdr *header)
{
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phoff > size ||
	    header->e_phnum > (size - header->e_phoff) / sizeof(Elf64_Phdr))
		return false;
	for (size_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr segment;

		memcpy(&segment, data + header->e_phoff + i * sizeof(segment), sizeof(segment));
		if (segment.p_type != PT_NOTE || segment.p_offset > size ||
		    segment.p_filesz > size - segment.p_offset)
			continue;
		if (notes_have_pvh(data + segment.p_offset, segment.p_filesz))
			return true;
	}
	return false;
}

int dcb_elf_read(const void *data, size_t size, struct dcb_elf *ret_elf)
{
	Elf64_Ehdr header;
	struct dcb_elf elf = {0};

	if (size < sizeof(header))
		return -EINVAL;
	memcpy(&header, data, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
		return -EINVAL;
	if (header.e_machine == EM_X86_64)
		elf.arch = DCB_ARCH_X86_64;
	else if (header.e_machine == EM_AARCH64)
		elf.arch = DCB_ARCH_ARM64;
	elf.executable = header.e_type == ET_EXEC || header.e_type == ET_DYN;
	elf.pvh = find_pvh(data, size, &header);
	*ret_elf = elf;
	return 0;
}
