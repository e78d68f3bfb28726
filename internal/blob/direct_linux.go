package blob

import "syscall"

// direct opens a file for writes past the page cache.
const direct = syscall.O_DIRECT
