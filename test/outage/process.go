// Package outage takes away what a platform runs on, without giving it a chance to finish anything: its own process, and the
// server of its database.
package outage

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Killed starts this test program once more, with an environment variable set that makes it work instead of testing, and with
// what it is told on its input. Each whole line that it writes is given to each; a while after the first the process is killed
// with SIGKILL. That it wrote nothing fails the test.
func Killed(t *testing.T, env, told string, alive time.Duration, each func(line string)) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self) //nolint:gosec // this program
	cmd.Env = append(os.Environ(), env+"=1")
	cmd.Stdin = strings.NewReader(told)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, n := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }), 0
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // what is cut off was told to nobody
			break
		}
		if n == 0 {
			first.Reset(alive)
		}
		n++
		each(strings.TrimSpace(line))
	}
	_ = cmd.Wait()
	if n == 0 {
		t.Fatalf("it told nothing: %s", said.String())
	}
}

// Times is how often a test does something: what an environment variable says, or else the standard.
func Times(t *testing.T, env string, standard int) int {
	t.Helper()
	text := os.Getenv(env)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", env, err)
	}
	return n
}
