/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The members of the registry's array. */

#include "machines/machine.h"

extern const struct dcb_machine_ops dcb_machine_kvm;
extern const struct dcb_machine_ops dcb_machine_tcg;
extern const struct dcb_machine_ops dcb_machine_icount;
extern const struct dcb_machine_ops dcb_machine_null;
