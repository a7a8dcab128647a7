#include <sqlite3.h>

// Swift sees neither macros made of macros nor functions with variable arguments.

static const int roster_sqlite_constraint_unique = SQLITE_CONSTRAINT_UNIQUE;

// Nobody asks SQLite for its use of memory, and to count it takes a lock at each allocation.
static inline int roster_sqlite_configure(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
