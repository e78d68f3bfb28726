package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/verify"
)

// Exit codes of "log monitor", one for each kind of fault, the gravest first where there are several.
var monitorExits = []struct {
	cause string
	exit  int
}{
	{verify.LogFork, 13}, {verify.LogSplit, 14}, {verify.LogBack, 12}, {verify.LogCheckpoint, 11}, {verify.LogTiles, 17},
	{verify.LogGone, 10}, {verify.LogDated, 18}, {verify.LogWitness, 16}, {verify.LogOldSign, 16}, {verify.LogStale, 15},
}

// exitError ends the program with a code of its own.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

type logAuditCmd struct {
	Key string `required:"" placeholder:"FILE" help:"The log's public keys (log.pub), obtained where you trust them."`
	witnessPolicy
	freshPolicy
	Receipts string        `type:"existingdir" placeholder:"DIR" help:"What was kept (*.json): receipts, promises, proofs, certificates, lists, states of a monitor. Each must still be in the log."`
	Skew     time.Duration `default:"1h" help:"By how much an entry's time may differ from its neighbours', and from when the trees around it stood (${default})."`
	Source   string        `arg:"" help:"Folder with checkpoint and tiles, or their address, such as https://zz.example.gov.cn/log."`
}

// Help is the long help of the command.
func (logAuditCmd) Help() string {
	return `Reads the whole log and computes it anew: every tile and the root from the entries, the signatures of all the log's keys, the
witnesses' cosignatures, the form of each entry, its time beside its neighbours', and beside the times at which witnesses signed, or
a monitor saw, the trees before and after it, as far as proofs and states were kept. Prints one JSON object. Ends with 1 if
anything is wrong.`
}

// Run audits a log.
func (c logAuditCmd) Run(ctx context.Context, s streams) error {
	o := verify.AuditOptions{Skew: c.Skew, Evidence: map[string][]byte{}, Fresh: verify.Fresh{Now: time.Now(), Within: c.CosignedWithin}}
	var err error
	if o.Pub, err = os.ReadFile(c.Key); err != nil {
		return err
	}
	if o.Witnesses, err = c.read(); err != nil {
		return err
	}
	if c.Receipts != "" {
		names, err := filepath.Glob(filepath.Join(c.Receipts, "*.json"))
		if err != nil {
			return err
		}
		for _, name := range names {
			if o.Evidence[filepath.Base(name)], err = os.ReadFile(name); err != nil {
				return err
			}
		}
	}
	files, err := logFiles(c.Source)
	if err != nil {
		return err
	}
	r, err := verify.Audit(ctx, files, o)
	if err != nil {
		return err
	}
	if err := printJSON(s.out, r, true); err != nil {
		return err
	}
	if r.Verdict != verify.LogValid {
		return errRefused
	}
	return nil
}

type logMonitorCmd struct {
	Key string `required:"" placeholder:"FILE" help:"The log's public keys (log.pub), obtained where you trust them."`
	witnessPolicy
	freshPolicy
	State  string        `required:"" placeholder:"FILE" help:"Where the last checkpoint is kept; made the first time."`
	Peer   []string      `placeholder:"FILE|URL" help:"A signed checkpoint that somebody else was shown, such as a witness's; as many as needed."`
	MaxAge time.Duration `placeholder:"15m" help:"How old the newest sign of life may be."`
	Skew   time.Duration `default:"1h" help:"By how much a new entry's time may lie before the last look, or ahead of now (${default})."`
	Every  time.Duration `placeholder:"1m" help:"Look again and again, until something is wrong."`
	Source string        `arg:"" help:"Folder with checkpoint and tiles, or their address."`
}

// Help is the long help of the command.
func (logMonitorCmd) Help() string {
	return `Looks whether a log has only grown since the last time, and whether it is the same for others. Prints one JSON object a look.
When it is not, nothing is forgotten: the state file keeps the last good checkpoint, which with the new one is the proof.

Exit codes: 0 good; 10 nothing to be had; 11 checkpoint not signed by all keys; 12 went back, or is behind another's;
13 rewritten since the last time; 14 another tree than others see; 15 too old; 16 too few witnesses, or their signatures
too old; 17 tiles missing or changed; 18 new entries state times that cannot be; 1 anything else that is wrong; 2 wrong use or an error.`
}

// Run looks once, or until something is wrong.
func (c logMonitorCmd) Run(ctx context.Context, s streams) error {
	for {
		if err := c.look(ctx, s); err != nil || c.Every == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.Every):
		}
	}
}

func (c logMonitorCmd) look(ctx context.Context, s streams) error {
	o, state, err := c.options(ctx)
	if err != nil {
		return err
	}
	files, err := logFiles(c.Source)
	if err != nil {
		return err
	}
	r, err := verify.Watch(ctx, files, o)
	if err != nil {
		return err
	}
	if err := printJSON(s.out, r, true); err != nil {
		return err
	}
	for _, e := range monitorExits {
		for _, cause := range r.Causes {
			if cause.Code == e.cause {
				return exitError(e.exit)
			}
		}
	}
	if r.Verdict != verify.LogValid {
		return errRefused
	}
	if r.Checkpoint == state.Checkpoint {
		return nil
	}
	b, err := json.Marshal(verify.Seen{Checkpoint: r.Checkpoint, SeenAt: o.Now})
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.State+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(c.State+".new", c.State)
}

func (c logMonitorCmd) options(ctx context.Context) (verify.WatchOptions, verify.Seen, error) {
	o := verify.WatchOptions{Now: time.Now(), MaxAge: c.MaxAge, Within: c.CosignedWithin, Skew: c.Skew, Peers: map[string][]byte{}}
	var state verify.Seen
	var err error
	if o.Pub, err = os.ReadFile(c.Key); err != nil {
		return o, state, err
	}
	if o.Witnesses, err = c.read(); err != nil {
		return o, state, err
	}
	switch b, err := os.ReadFile(c.State); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return o, state, err
	default:
		if err := json.Unmarshal(b, &state); err != nil {
			return o, state, fmt.Errorf("%s: %w", c.State, err)
		}
		o.Last, o.LastAt = []byte(state.Checkpoint), state.SeenAt
	}
	for _, p := range c.Peer {
		if o.Peers[p], err = peerCheckpoint(ctx, p); err != nil {
			return o, state, err
		}
	}
	return o, state, nil
}

// peerCheckpoint reads a signed checkpoint: a file, an address, or another monitor's state.
func peerCheckpoint(ctx context.Context, where string) ([]byte, error) {
	var b []byte
	var err error
	if isURL(where) {
		if b, err = (logSite{}).get(ctx, where); errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s: no checkpoint there; a witness has none until it has signed one of this log", where)
		}
	} else {
		b, err = os.ReadFile(where)
	}
	var state verify.Seen
	if err == nil && json.Unmarshal(b, &state) == nil {
		return []byte(state.Checkpoint), nil
	}
	return b, err
}

func isURL(s string) bool { return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") }

func logFiles(source string) (verify.LogFiles, error) {
	if isURL(source) {
		return logSite{strings.TrimSuffix(source, "/") + "/"}, nil
	}
	root, err := os.OpenRoot(source)
	return logFolder{root}, err
}

// logFolder is a log in a folder.
type logFolder struct{ root *os.Root }

// Read gives a file of the folder. The folder may be somebody's who wishes us ill: neither a pipe nor a disk full of zeros is a
// file of a log.
func (f logFolder) Read(_ context.Context, path string) ([]byte, error) {
	info, err := f.root.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, errNoFile)
	}
	file, err := f.root.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, siteMax))
}

var errNoFile = errors.New("not a file of a log")

// logSite is a log at an address.
type logSite struct{ base string }

const (
	siteWait = 30 * time.Second
	siteMax  = 32 << 20 // bytes of a file that are looked at: a bundle of the longest entries has 17 MB
)

// Read gives a file below the address.
func (s logSite) Read(ctx context.Context, path string) ([]byte, error) {
	return s.get(ctx, s.base+path)
}

func (logSite) get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, siteWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%s: %w", address, fs.ErrNotExist)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d", address, resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, siteMax))
}
