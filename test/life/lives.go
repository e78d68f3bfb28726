package main

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

const maxDays = 1500 // how long ago a license was published at most; it is good for five years

// life is an invented license with what happened to it. The last of its steps is what it is now.
type life struct {
	holder, id, identifier, serial, code string
	steps                                []step
}

type step struct {
	action license.Action
	at     time.Time
}

const publish license.Action = "publish"

// courses are what may have happened after the publication.
var courses = [][]license.Action{{}, {license.Lose, license.Recover}, {license.Suspend},
	{license.Pledge, license.Unpledge, license.Pledge}, {license.Cancel}}

// after is what a license is after a step.
var after = map[license.Action]license.State{publish: license.Valid, license.Recover: license.Valid, license.Unpledge: license.Valid,
	license.Lose: license.Lost, license.Suspend: license.Suspended, license.Pledge: license.Pledged, license.Cancel: license.Cancelled}

// life makes the license of a number up, every time the same. Each has a holder of its own, under a random id, so that no
// two of them stand near each other.
func (p *platform) life(n int) life {
	r := rand.New(rand.NewPCG(7, uint64(n))) //nolint:gosec // no secrets: the same lives every time
	random := func() (id uuid.UUID) {
		binary.BigEndian.PutUint64(id[:8], r.Uint64())
		binary.BigEndian.PutUint64(id[8:], r.Uint64())
		return id
	}
	id, serial, code := random(), random(), random()
	binary.BigEndian.PutUint64(id[:8], uint64(n)) // the ids of licenses rise with time
	l := life{holder: random().String(), id: id.String(),
		serial: strings.ToUpper(strings.ReplaceAll(serial.String(), "-", "")),
		code:   strings.ToLower(strings.TrimRight(base32.StdEncoding.EncodeToString(code[:]), "="))}
	identifier, err := gbcode.MintIdentifier(gbcode.Identifier{TypeCode: p.kind.Code, IssuerCode: p.clerk.Actor.UnitID, Version: 1,
		Serial: l.serial})
	if err == nil {
		l.identifier = identifier
	}
	course := courses[r.IntN(len(courses))]
	days := 1 + r.IntN(maxDays)
	at := p.now.AddDate(0, 0, -days)
	between := p.now.Sub(at) / time.Duration(len(course)+1)
	for _, action := range append([]license.Action{publish}, course...) {
		l.steps = append(l.steps, step{action, at})
		at = at.Add(between)
	}
	return l
}

// published is when it was.
func (l life) published() time.Time { return l.steps[0].at }

// state is what the license is at a moment.
func (l life) state(at time.Time) license.State {
	s := license.NotYet
	for _, x := range l.steps {
		if !x.at.After(at) {
			s = after[x.action]
		}
	}
	return s
}

// row is the license as the platform keeps it. Its file is not there, nor the key to what it says: neither question
// opens them.
func (p *platform) row(l life) ([]any, error) {
	holders, err := json.Marshal([]string{l.holder})
	if err != nil {
		return nil, err
	}
	ended, hold := "", ""
	switch s := l.state(p.now); s {
	case license.Cancelled:
		ended = string(s)
	case license.Suspended, license.Pledged, license.Lost:
		hold = string(s)
	}
	at := db.Micros(l.published())
	return []any{l.holder, l.id, p.kind.Code, p.kind.Version, p.clerk.Actor.UnitID, 1, string(holders), string(license.StepPublished), ended, hold,
		l.identifier, "", p.clerk.Actor.AccountID, p.reviewer.AccountID, at, at, db.Micros(l.published().AddDate(5, 0, 0)),
		"pack:0:0:0", strings.Repeat("0", 64), at, at, at, string(license.Batch), "b", "", "", "", 1, make([]byte, 600)}, nil
}
