// Package gauge is what measurements of whole programs read off their own process.
package gauge

import (
	"os"
	"runtime/pprof"
	"syscall"
	"time"
)

// Processor is the processor time of the process so far.
func Processor() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

// Profile begins a profile of the processor, written to a file; without a path it does nothing.
func Profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}
