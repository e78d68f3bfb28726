package main

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
)

const (
	chunk   = 10_000 // licenses entered at once
	maxDays = 1500   // how long ago a license was published at most; it is good for five years
)

// life is an invented license with what happened to it. The last of its steps is what it is now.
type life struct {
	holder, id, identifier, code string
	steps                        []step
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
	l := life{holder: random().String(), id: id.String(), code: strings.ToLower(strings.TrimRight(base32.StdEncoding.EncodeToString(code[:]), "="))}
	identifier, err := gbcode.MintIdentifier(gbcode.Identifier{TypeCode: p.kind.Code, IssuerCode: p.clerk.Actor.UnitID, Version: 1,
		Serial: strings.ToUpper(strings.ReplaceAll(serial.String(), "-", ""))})
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

// grow enters the licenses up to a number, with all that leads to them and their history.
func (p *platform) grow(ctx context.Context, until int) error {
	tables := []string{
		"license_index (identifier, holder_id, license_id)", "license_code (code_hash, holder_id, license_id)",
		`license (holder_id, license_id, type_code, type_version, issuer_id, version_no, holders, step, ended, hold,
			identifier, case_no, maker_id, reviewer_id, issued_on, valid_from, valid_to, file_ref, file_digest,
			made_at, due_at, published_at, origin, origin_id, converter_id, paper_serial, follows, row_version, data)`,
		"license_event (holder_id, license_id, seq, action, account_id, unit_id, ground, at, leaf_id)",
	}
	for p.lives < until {
		rows := make([][][]any, len(tables))
		for range min(chunk, until-p.lives) {
			l := p.life(p.lives)
			p.lives++
			sum := gm.SM3([]byte("license.code\x00" + l.code))
			row, err := p.row(l)
			if err != nil {
				return err
			}
			rows[0] = append(rows[0], []any{l.identifier, l.holder, l.id})
			rows[1] = append(rows[1], []any{sum[:], l.holder, l.id})
			rows[2] = append(rows[2], row)
			for i, s := range l.steps {
				by := p.clerk.Actor.AccountID
				if s.action == publish {
					by = p.reviewer.AccountID
				}
				rows[3] = append(rows[3], []any{l.holder, l.id, i + 1, string(s.action), by, p.clerk.Actor.UnitID, "榕函〔2026〕1号", db.Micros(s.at), db.NewID()})
			}
		}
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			for i, into := range tables {
				if _, err := tx.Insert(ctx, into, "", rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
