package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/ofd"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"yinxin": main})
}

// flow is the demonstration that the scripts look at, run once.
var flow = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "yinxin-script-"); err != nil {
		return "", err
	}
	var out, errOut bytes.Buffer
	if code := run([]string{"demo", "--once", "--data", filepath.Join(dir, "data")}, &out, &errOut); code != exitDone {
		return dir, fmt.Errorf("demo --once ended with %d: %s%s", code, out.Bytes(), errOut.Bytes())
	}
	return dir, os.WriteFile(filepath.Join(dir, "steps.json"), out.Bytes(), 0o600)
})

func TestScripts(t *testing.T) {
	t.Parallel()
	dir, err := flow()
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err != nil {
		t.Fatal(err)
	}
	// Each script has its own copy of the files, and the data folder itself to be refused.
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("DEMO", filepath.Join(dir, "data"))
			for _, f := range []string{"license.ofd", "annotated.ofd", "receipt.json", "proof.json", "availability-receipt.json", "availability-proof.json", "anchors.pem", "log.pub"} {
				b, err := os.ReadFile(filepath.Join(dir, "data", "out", f))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(env.WorkDir, f), b, 0o600); err != nil {
					return err
				}
			}
			steps, err := os.ReadFile(filepath.Join(dir, "steps.json"))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "steps.json"), steps, 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ends": ends, "tamper": tamper, "secrets": secrets,
		},
	})
}

// ends runs a command and demands its exit code: ends CODE COMMAND ARG…
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ends CODE COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("it ended with %d, want %d", got, want)
	}
}

// tamper copies an OFD file with one digit of its page changed: tamper FROM TO
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FROM TO")
	}
	p, err := ofd.Read([]byte(ts.ReadFile(args[0])), ofd.Limits{})
	ts.Check(err)
	const page = "Doc_0/Pages/Page_0/Content.xml"
	content, ok := p.Entry(page)
	if !ok {
		ts.Fatalf("no page")
	}
	changed := bytes.Clone(content)
	changed[bytes.LastIndexByte(changed, '0')] = '1'
	ts.Check(p.Put(page, changed))
	file, err := p.Bytes()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), file, 0o600))
}

// secrets demands that a file holds no password of the demonstration: secrets FILE
func secrets(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: secrets FILE")
	}
	passwords, err := demo.Passwords(ts.Getenv("DEMO"))
	ts.Check(err)
	if len(passwords) < 20 {
		ts.Fatalf("only %d accounts", len(passwords))
	}
	text := ts.ReadFile(args[0])
	for login, password := range passwords {
		if password != "" && bytes.Contains([]byte(text), []byte(password)) {
			ts.Fatalf("%s holds the password of %s", args[0], login)
		}
	}
}
