package app

import (
	"os"
	"runtime"
)

// UseProcessors lets twice as many goroutines run as there are processors, unless GOMAXPROCS says how many. A goroutine
// that waits for the disk keeps its place for up to ten milliseconds, and a platform that makes nothing up before it is
// durable waits for the disk much of its time: with one place for each processor, a batch left a sixth of them idle.
func UseProcessors() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * runtime.GOMAXPROCS(0))
	}
}
