package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// city is a demonstration started for this measurement alone.
type city struct {
	base string
	dir  string
	cmd  *exec.Cmd
}

var portal = regexp.MustCompile(`portal\s+(http://[0-9.:]+)/`)

// start starts the demonstration and waits until it serves.
func start(ctx context.Context, binary string) (*city, error) {
	dir, err := os.MkdirTemp("", "yinxin-load-")
	if err != nil {
		return nil, err
	}
	c := &city{dir: filepath.Join(dir, "city")}
	c.cmd = exec.CommandContext(ctx, binary, "demo", "--data", c.dir, "--addr", "127.0.0.1:0") //nolint:gosec // the program under test
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.Stderr = os.Stderr
	said, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s (make build): %w", binary, err)
	}
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if m := portal.FindStringSubmatch(lines.Text()); m != nil {
				ready <- m[1]
			}
		}
	}()
	select {
	case base, ok := <-ready:
		if !ok {
			c.stop()
			return nil, errors.New("the demonstration ended before it served")
		}
		c.base = base
		return c, nil
	case <-time.After(5 * time.Minute):
		c.stop()
		return nil, errors.New("the demonstration did not start")
	}
}

// stop ends the demonstration and removes its folder.
func (c *city) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	_ = c.cmd.Wait()
	_ = os.RemoveAll(filepath.Dir(c.dir))
}
