package kill_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/verify"
)

func decode(b []byte, into any) error { return json.Unmarshal(b, into) }

// checker asks the restarted platform, as its users would, whether everything it had acknowledged is there.
type checker struct {
	t        *testing.T
	server   *server
	journal  *journal
	sessions map[string]*session // by login
	trust    verify.Options
	found    map[string]bool // records whose receipts were there, by 存证编号
}

// all checks what is new since the last time, or everything.
func (k *checker) all(ctx context.Context, everything bool) {
	k.t.Helper()
	k.journal.mu.Lock()
	defer k.journal.mu.Unlock()
	for _, no := range slices.Sorted(maps.Keys(k.journal.cases)) {
		if f := k.journal.cases[no]; f.fresh || everything {
			k.caseFile(ctx, no, f)
			f.fresh = false
		}
	}
	for _, key := range slices.Sorted(maps.Keys(k.journal.keys)) {
		if f := k.journal.keys[key]; f.fresh || everything {
			k.key(ctx, f)
			f.fresh = false
			k.journal.keys[key] = f
		}
	}
	for _, id := range slices.Sorted(maps.Keys(k.journal.licenses)) {
		if f := k.journal.licenses[id]; f.fresh || everything {
			k.license(ctx, id, f.holder)
			f.fresh = false
			k.journal.licenses[id] = f
		}
	}
	for id, f := range k.journal.checks {
		if f.fresh || everything {
			k.presentation(ctx, id, f.holder)
			f.fresh = false
			k.journal.checks[id] = f
		}
	}
	for no, holder := range k.journal.records {
		if !k.found[no] || everything {
			k.record(ctx, no, holder)
		}
	}
}

// caseFile: an acknowledged step is in the course of the case, and none more often than it was asked for.
func (k *checker) caseFile(ctx context.Context, no string, f *caseFact) {
	k.t.Helper()
	var c detail
	if err := k.sessions[f.login].call(ctx, http.MethodGet, "/api/v1/cases/"+no, nil, &c); err != nil {
		k.t.Errorf("case %s was acknowledged and is gone: %v", no, err)
		return
	}
	if c.Version < f.version {
		k.t.Errorf("case %s went back from version %d to %d", no, f.version, c.Version)
	}
	steps := map[string]int{}
	for _, h := range c.History {
		steps[h.Action]++
	}
	for _, action := range slices.Sorted(maps.Keys(f.tried)) {
		if n := steps[action]; n < f.done[action] || n > f.tried[action] {
			k.t.Errorf("case %s: %q stands in its course %d times; %d were acknowledged of %d tried", no, action, n, f.done[action], f.tried[action])
		}
	}
	if steps["publish"] != map[bool]int{true: 1}[c.State == "closed"] {
		k.t.Errorf("case %s is %s with %d licenses published", no, c.State, steps["publish"])
	}
}

// key: a request key that was answered gives the same case again.
func (k *checker) key(ctx context.Context, f keyFact) {
	k.t.Helper()
	var c detail
	if err := k.sessions[f.login].call(ctx, http.MethodPost, "/api/v1/cases", f.body, &c); err != nil {
		k.t.Errorf("open case %s again: %v", f.caseNo, err)
	} else if c.CaseNo != f.caseNo {
		k.t.Errorf("the key of case %s now opened %s", f.caseNo, c.CaseNo)
	}
}

// license: a published license is held, in force, and its file is valid; no other has its number.
func (k *checker) license(ctx context.Context, id, holder string) {
	k.t.Helper()
	u := k.sessions[holder]
	var l held
	if err := u.call(ctx, http.MethodGet, "/api/v1/me/licenses/"+id, nil, &l); err != nil {
		k.t.Errorf("license %s was published and is gone: %v", id, err)
		return
	}
	if l.State != "valid" {
		k.t.Errorf("license %s was published and is %s", id, l.State)
	}
	number := l.number()
	if other, ok := k.journal.numbers[number]; number == "" || ok && other != id {
		k.t.Errorf("licenses %s and %s bear one number", id, other)
	}
	k.journal.numbers[number] = id
	file, err := u.send(ctx, http.MethodGet, "/api/v1/me/licenses/"+id+"/file", nil, nil)
	if err != nil {
		k.t.Errorf("file of license %s: %v", id, err)
		return
	}
	r := verify.File(file, k.trust)
	if r.Verdict != verify.Valid {
		k.t.Errorf("file of license %s is %s: %v", id, r.Verdict, r.Causes)
	}
	if i := slices.IndexFunc(r.License, func(x verify.Item) bool { return x.Name == "ZZBS" }); i < 0 || r.License[i].Value != l.Identifier {
		k.t.Errorf("file of license %s bears another identifier", id)
	}
}

// record: data were handed out under it, so the holder finds it.
func (k *checker) record(ctx context.Context, no, holder string) {
	k.t.Helper()
	if err := k.sessions[holder].call(ctx, http.MethodGet, "/api/v1/me/uses/"+no+"/receipt", nil, nil); err != nil {
		k.t.Errorf("data were handed out under record %s, and %s does not find it: %v", no, holder, err)
	}
	k.found[no] = true
}

// presentation: what was checked stays checked, so that its code cannot be used again.
func (k *checker) presentation(ctx context.Context, id, holder string) {
	k.t.Helper()
	var p struct {
		State string `json:"state"`
	}
	if err := k.sessions[holder].call(ctx, http.MethodGet, "/api/v1/me/presentations/"+id, nil, &p); err != nil {
		k.t.Errorf("presentation %s: %v", id, err)
	} else if p.State != "checked" {
		k.t.Errorf("presentation %s was checked and is %s", id, p.State)
	}
}

// proofs gets receipt and proof of every record that has none yet and checks them offline. Records wait for
// the log's next turn, which the lease of a killed sequencer can delay.
func (k *checker) proofs(ctx context.Context) {
	k.t.Helper()
	k.journal.mu.Lock()
	defer k.journal.mu.Unlock()
	var anyone *session
	for _, anyone = range k.sessions {
		break
	}
	pub, err := anyone.send(ctx, http.MethodGet, "/log/log.pub", nil, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	for no, holder := range k.journal.records {
		if k.journal.kept[no] != nil {
			continue
		}
		receipt, proof, err := k.proof(ctx, no, holder)
		if err != nil {
			k.t.Errorf("record %s: %v", no, err)
			continue
		}
		if r := verify.Log(pub, receipt, proof); r.Verdict != verify.LogValid || r.No != no {
			k.t.Errorf("the proof of record %s does not hold: %v", no, r.Causes)
		}
		k.journal.kept[no] = proof
	}
}

func (k *checker) proof(ctx context.Context, no, holder string) (receipt, proof []byte, err error) {
	path := "/api/v1/me/uses/" + no
	if receipt, err = k.sessions[holder].send(ctx, http.MethodGet, path+"/receipt", nil, nil); err != nil {
		return nil, nil, err
	}
	err = await(ctx, func() (bool, error) {
		var err error
		proof, err = k.sessions[holder].send(ctx, http.MethodGet, path+"/proof", nil, nil)
		if refused(err, "evidence.pending") {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("no proof: %w", err)
	}
	if !strings.Contains(string(proof), no) {
		return nil, nil, fmt.Errorf("the proof is another record's")
	}
	return receipt, proof, nil
}
