package main

import (
	"os"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// The drill at a small scale, as part of the tests.
func TestBurnDrill(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]string{"sqlite": "", "postgres": os.Getenv(dbtest.ServerEnv)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" && server == "" {
				t.Skip("needs PostgreSQL: set " + dbtest.ServerEnv)
			}
			r, err := run(200, server)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.check(); err != nil {
				t.Errorf("%v: %+v", err, r)
			}
		})
	}
}
