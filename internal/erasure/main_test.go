package erasure_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/yinxin-org/yinxin/test/world"
)

// TestMain runs the tests, or erases.
func TestMain(m *testing.M) {
	if os.Getenv(eraseEnv) != "" {
		if err := eraseUntilKilled(os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(world.Main(m))
}
