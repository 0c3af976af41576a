/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* An OCI bundle (opencontainers/runtime-spec, config.md) for one container. */

struct dcb_container;
struct dcb_error;

/* The init's place in the container's root. */
#define DCB_CONTAINER_BUNDLE_INIT "/init"

/* Writes config.json into the container's folder, which is the bundle. */
int dcb_container_bundle_write(const struct dcb_container *container, struct dcb_error *err);
