-- SPDX-License-Identifier: GPL-2.0-only
-- Version 7: jobs that need not run where nothing has changed.

ALTER TABLE job ADD COLUMN skip_unchanged INTEGER NOT NULL DEFAULT 0
	CHECK (skip_unchanged IN (0, 1));

PRAGMA user_version = 7;
