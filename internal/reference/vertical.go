package reference

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// Vertical is a vertical system (垂管系统) that pushes the licenses it makes. It keeps a record of all messages it ever
// meant to send; what it really sends may be doubled, shuffled or lost on command.
type Vertical struct {
	Department
	Record []Push
}

// Push is one step in the life of a license on its way.
type Push struct {
	LicenseKey  string            `json:"licenseKey"`
	Seq         int64             `json:"seq"`
	Action      string            `json:"action"`
	At          time.Time         `json:"at"`
	Fingerprint string            `json:"fingerprint"`
	Identifier  string            `json:"identifier,omitempty"`
	TypeCode    string            `json:"typeCode,omitempty"`
	Number      string            `json:"number,omitempty"`
	Holders     []Applicant       `json:"holders,omitempty"`
	Fields      map[string]string `json:"fields,omitempty"`
	IssuedOn    string            `json:"issuedOn,omitempty"`
	CaseNo      string            `json:"caseNo,omitempty"`
	File        []byte            `json:"file,omitempty"`
	Cause       string            `json:"cause,omitempty"`
	Ground      string            `json:"ground,omitempty"`
}

// PushFaults are what the system does wrong.
type PushFaults struct {
	Repeat  bool   // send every message twice
	Shuffle bool   // send them in any order
	Drop    int    // lose every Nth; 0: none
	Seed    uint64 // of what is random
}

// Pushed counts what the platform said of messages, by status.
type Pushed map[string]int

// pushedAtOnce bounds the messages of one request.
const pushedAtOnce = 50

// rounds bounds how often the system sends what is still wanted.
const rounds = 20

// Enter adds a message to the record, with its number and its fingerprint.
func (v *Vertical) Enter(p Push) {
	for _, known := range v.Record {
		if known.LicenseKey == p.LicenseKey {
			p.Seq = max(p.Seq, known.Seq)
		}
	}
	p.Seq++
	// The record of a real system keeps a random salt with each message; here the key stands for it.
	sum := gm.SM3([]byte(p.LicenseKey + "\n" + strconv.FormatInt(p.Seq, 10) + "\n" + p.Action + "\n" + fmt.Sprint(p.Fields)))
	p.Fingerprint = fmt.Sprintf("%x", sum)
	v.Record = append(v.Record, p)
}

// Send sends the whole record, with the faults asked for.
func (v *Vertical) Send(ctx context.Context, f PushFaults) (Pushed, error) {
	var stream []Push
	for i, p := range v.Record {
		if f.Drop > 0 && (i+1)%f.Drop == 0 {
			continue
		}
		stream = append(stream, p)
		if f.Repeat {
			stream = append(stream, p)
		}
	}
	if f.Shuffle {
		random := rand.New(rand.NewPCG(f.Seed, 1)) //nolint:gosec // faults that can be repeated
		random.Shuffle(len(stream), func(i, j int) { stream[i], stream[j] = stream[j], stream[i] })
	}
	told := Pushed{}
	for part := range slices.Chunk(stream, pushedAtOnce) {
		if _, err := v.push(ctx, part, told); err != nil {
			return told, err
		}
	}
	return told, nil
}

type wish struct {
	ID         string `json:"id"`
	Day        string `json:"day"`
	LicenseKey string `json:"licenseKey"`
	FromSeq    int64  `json:"fromSeq"`
}

func (w wish) covers(p Push) bool {
	if w.Day != "" {
		return p.day() == w.Day
	}
	return p.LicenseKey == w.LicenseKey && p.Seq >= w.FromSeq
}

func (p Push) day() string { return p.At.In(clock.Shanghai).Format(time.DateOnly) }

func (v *Vertical) push(ctx context.Context, part []Push, told Pushed) ([]wish, error) {
	var answer struct {
		Items []struct {
			Status string `json:"status"`
		} `json:"items"`
		Wanted []wish `json:"wanted"`
	}
	if err := v.ask(ctx, "messages", map[string]any{"items": part}, &answer); err != nil {
		return nil, err
	}
	for _, r := range answer.Items {
		told[r.Status]++
	}
	return answer.Wanted, nil
}

func (v *Vertical) ask(ctx context.Context, what string, body, answer any) error {
	text, err := v.post(ctx, "/api/v1/vertical/"+what, body)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), answer)
}

// Settle sends what the platform wants until it wants nothing.
func (v *Vertical) Settle(ctx context.Context) (Pushed, error) {
	told := Pushed{}
	done := []string{}
	for range rounds {
		var answer struct {
			Wanted []wish `json:"wanted"`
		}
		if err := v.ask(ctx, "wanted", map[string]any{"done": done}, &answer); err != nil || len(answer.Wanted) == 0 {
			return told, err
		}
		done = []string{}
		for _, w := range answer.Wanted {
			var part []Push
			for _, p := range v.Record {
				if w.covers(p) {
					part = append(part, p)
				}
			}
			for some := range slices.Chunk(part, pushedAtOnce) {
				if _, err := v.push(ctx, some, told); err != nil {
					return told, err
				}
			}
			if w.ID != "" {
				done = append(done, w.ID)
			}
		}
	}
	return told, fmt.Errorf("after %d rounds the platform still wants messages", rounds)
}

// Day is how a day compares, as the platform says.
type Day struct {
	Theirs      int64 `json:"theirs"`
	Ours        int64 `json:"ours"`
	Agrees      bool  `json:"agrees"`
	ListWanted  bool  `json:"listWanted"`
	Differences []struct {
		LicenseKey string `json:"licenseKey"`
		Seq        int64  `json:"seq"`
		Kind       string `json:"kind"`
	} `json:"differences"`
}

// Reconcile compares a day: by its hash and, where that differs, by its list.
func (v *Vertical) Reconcile(ctx context.Context, day string) (Day, error) {
	type entry struct {
		LicenseKey  string `json:"licenseKey"`
		Seq         int64  `json:"seq"`
		Fingerprint string `json:"fingerprint"`
	}
	list := []entry{}
	for _, p := range v.Record {
		if p.day() == day {
			list = append(list, entry{p.LicenseKey, p.Seq, p.Fingerprint})
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		if a.LicenseKey != b.LicenseKey {
			return strings.Compare(a.LicenseKey, b.LicenseKey)
		}
		return int(a.Seq - b.Seq)
	})
	var text strings.Builder
	for _, e := range list {
		fmt.Fprintf(&text, "%s|%d|%s\n", e.LicenseKey, e.Seq, e.Fingerprint)
	}
	body := map[string]any{"day": day, "count": len(list), "hash": fmt.Sprintf("%x", gm.SM3([]byte(text.String())))}
	var d Day
	if err := v.ask(ctx, "manifests", body, &d); err != nil || !d.ListWanted {
		return d, err
	}
	body["items"] = list
	d = Day{}
	return d, v.ask(ctx, "manifests", body, &d)
}
