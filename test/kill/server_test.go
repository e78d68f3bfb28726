package kill_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/test/world"
)

// patience bounds everything that must come by itself: a start, a license resumed, a proof.
const patience = 30 * time.Second

// build compiles the program as users get it.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "yinxin")
	out, err := exec.Command("go", "build", "-o", binary, "../../cmd/yinxin").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// open opens the installation beside the server, as an auditor would who may look at everything.
func open(t *testing.T, dir, database string) *app.App {
	t.Helper()
	c := config.Config{Data: dir, Database: database, BaseURL: world.BaseURL, PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/demo"}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker, Hash: world.Hash})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// prepare fills a folder with the cast, so that the program finds a demonstration that is complete.
func prepare(t *testing.T, dir, database string) {
	t.Helper()
	a := open(t, dir, database)
	if err := demo.SetupCast(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// server is the program, started and killed again and again over one folder.
type server struct {
	t        *testing.T
	binary   string
	dir      string
	database string

	cmd  *exec.Cmd
	base string // of the running process
}

var portal = regexp.MustCompile(`portal\s+(http://[0-9.:]+)/`)

// launch starts the process and gives its output; it may not serve yet.
func (s *server) launch() io.ReadCloser {
	s.t.Helper()
	args := []string{"demo", "--data", s.dir, "--addr", "127.0.0.1:0"}
	if s.database != "" {
		args = append(args, "--database", s.database)
	}
	s.cmd = exec.CommandContext(s.t.Context(), s.binary, args...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	errors, err := os.OpenFile(filepath.Join(s.dir, "stderr.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd.Stderr = errors
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	if err := errors.Close(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// start starts the program and waits until it serves.
func (s *server) start() {
	s.t.Helper()
	out := s.launch()
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if m := portal.FindStringSubmatch(lines.Text()); m != nil {
				ready <- m[1]
			}
		}
	}()
	select {
	case base, ok := <-ready:
		if !ok {
			s.kill()
			said, _ := os.ReadFile(filepath.Join(s.dir, "stderr.txt"))
			s.t.Fatalf("the program ended by itself instead of serving: %s", said)
		}
		s.base = base
	case <-time.After(patience):
		s.kill()
		s.t.Fatalf("the program does not serve after %v", patience)
	}
}

// kill sends SIGKILL: the process gets no chance to finish anything.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// stumble starts the program and kills it while it starts, at a random moment.
func (s *server) stumble(rnd *rand.Rand) {
	s.t.Helper()
	out := s.launch()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	pause(s.t.Context(), time.Duration(rnd.IntN(700))*time.Millisecond)
	s.kill()
}

// pause waits; the moments of the kills are what this test is about, so it cannot do without.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// accounts are the logins and passwords of the folder.
func accounts(t *testing.T, dir string) map[string]string {
	t.Helper()
	found, err := demo.Passwords(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// anchors reads the demonstration's roots.
func anchors(t *testing.T, dir string) []byte {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(dir, "anchors.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(pem), "BEGIN CERTIFICATE") {
		t.Fatal("no roots in anchors.pem")
	}
	return pem
}
