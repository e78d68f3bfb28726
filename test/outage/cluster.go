package outage

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Cluster is a PostgreSQL server of the test's own, which commits to the disk.
type Cluster struct {
	URL string // of the server; databases may be made on it

	t    *testing.T
	dir  string
	root string
}

// Dir is a folder that whom the server runs as can reach.
func Dir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "yinxin-pg-") //nolint:usetesting // whom the server runs as must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Start starts a server of the test's own whose data lie in a folder, to be stopped when the test ends.
func Start(t *testing.T, dir string) *Cluster {
	t.Helper()
	root, err := filepath.Abs(".")
	for err == nil {
		if _, missing := os.Stat(filepath.Join(root, "go.mod")); missing == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t, dir: dir, root: root}
	c.URL = c.Shell(`postgres_start '` + dir + `' durable >/dev/null; echo "$YINXIN_TEST_POSTGRES"`)
	t.Cleanup(func() {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "bash", "-c", ". scripts/find.sh; . scripts/postgres.sh; pg_bin=$(find_postgres); pg_dir='"+dir+"/postgres'; postgres_stop") //nolint:gosec // the test's own
		cmd.Dir = c.root
		_ = cmd.Run()
	})
	return c
}

// Shell runs a line with what scripts/postgres.sh has, and gives what it wrote.
func (c *Cluster) Shell(line string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "bash", "-euo", "pipefail", "-c", ". scripts/find.sh; . scripts/postgres.sh; "+line) //nolint:gosec // the test's own
	cmd.Dir = c.root
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%s: %v: %s", line, err, said.String())
	}
	return strings.TrimSpace(string(out))
}

// Crash ends the server without giving it a chance to finish anything, and starts it again.
func (c *Cluster) Crash() {
	c.t.Helper()
	c.Shell(`kill -9 $(head -1 '` + c.dir + `/postgres/data/postmaster.pid'); sleep 0.5`)
	c.Up()
}

// Restart stops the server as its administrator would, in a mode of pg_ctl, and starts it again.
func (c *Cluster) Restart(mode string) {
	c.t.Helper()
	c.Shell(`as_postgres "$(find_postgres)/pg_ctl" -D '` + c.dir + `/postgres/data' -m ` + mode + ` -w -s stop`)
	c.Up()
}

// Up starts the server if it does not run, and waits until it takes connections.
func (c *Cluster) Up() {
	c.t.Helper()
	port := c.URL[strings.LastIndex(c.URL, ":")+1:]
	port = port[:strings.Index(port, "/")]
	c.Shell(`pg_bin=$(find_postgres)
		data='` + c.dir + `/postgres/data'
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			"$pg_bin/pg_isready" -q -h 127.0.0.1 -p ` + port + ` && exit 0
			as_postgres "$pg_bin/pg_ctl" -D "$data" -w -s -l "$data/../server.log" -o "-p ` + port + `" start >/dev/null 2>&1 </dev/null && exit 0
			sleep 1
		done
		tail -5 "$data/../server.log" >&2
		exit 1`)
}
