// What only the build knows of a program.
#pragma once

/// The commit this was built from, or "" if the build was not told: packaging/link tells it.
const char *elbod_commit(void);
