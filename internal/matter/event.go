package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// stepsMax bounds the matters of a life event.
const stepsMax = 12

// Event is a life event (一件事): matters that people need together, in the order in which they can be done. One
// application serves them all. 国办发〔2024〕3号.
type Event struct {
	Code      string             `json:"code"`
	Name      string             `json:"name"`
	NameEn    string             `json:"nameEn,omitempty"`
	Summary   string             `json:"summary"`
	SummaryEn string             `json:"summaryEn,omitempty"`
	Words     string             `json:"words,omitempty"` // what people search for besides its name
	Audience  catalog.HolderKind `json:"audience"`        // who applies
	Steps     []EventStep        `json:"steps"`
}

// EventStep is one matter of an event, with the numbers of the earlier steps, from 0, whose results it needs.
type EventStep struct {
	Matter string `json:"matter"`
	After  []int  `json:"after,omitempty"`
}

// PutEvent enters or replaces a life event if nobody was faster; version 0: there is none yet.
func (s *Store) PutEvent(ctx context.Context, tx *db.Tx, by change.By, e Event, version int64) error {
	if err := s.checkEvent(ctx, tx, e); err != nil {
		return err
	}
	before, now, err := s.Event(ctx, tx, e.Code)
	if err != nil && errs.Code(err) != "event.unknown" {
		return err
	}
	if now != version {
		return errs.New(errs.Conflict, "conflict")
	}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO life_event (event_code, search, data, version, updated_at)
		VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (event_code) DO UPDATE
		SET search = excluded.search, data = excluded.data, version = life_event.version + 1, updated_at = excluded.updated_at`,
		e.Code, pinyin.Key(e.Name, e.NameEn, e.Words, e.Code), string(data), db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("put event: %w", err)
	}
	entry := change.Entry{Subject: change.Event, SubjectID: e.Code, Action: "create", After: e}
	if now > 0 {
		entry.Action, entry.Before = "update", before
	}
	return s.o.Trail.Record(ctx, tx, by, entry)
}

func (s *Store) checkEvent(ctx context.Context, q *db.Tx, e Event) error {
	if !scenarioForm.MatchString(e.Code) {
		return errs.New(errs.Invalid, "scenario.code").On("entry.code")
	}
	for _, x := range []struct {
		field, text string
		required    bool
		limit       int
	}{
		{"entry.name", e.Name, true, nameMax}, {"entry.nameEn", e.NameEn, false, nameMax}, {"entry.summary", e.Summary, true, textMax},
		{"entry.summaryEn", e.SummaryEn, false, textMax}, {"entry.words", e.Words, false, nameMax},
	} {
		if err := checkText(x.text, x.field, x.required, x.limit); err != nil {
			return err
		}
	}
	if e.Audience != catalog.Natural && e.Audience != catalog.Legal {
		return errs.New(errs.Invalid, "field.option").On("entry.audience")
	}
	if len(e.Steps) < 2 || len(e.Steps) > stepsMax {
		return errs.New(errs.Invalid, "event.steps").On("entry.steps")
	}
	for n, x := range e.Steps {
		at := fmt.Sprintf("entry.steps.%d.", n)
		if slices.ContainsFunc(e.Steps[:n], func(y EventStep) bool { return y.Matter == x.Matter }) {
			return errs.New(errs.Invalid, "event.twice").On(at + "matterCode")
		}
		m, err := s.Get(ctx, q, x.Matter)
		if err != nil {
			return on(err, at+"matterCode")
		}
		if m.HolderKind != catalog.Mixed && m.HolderKind != e.Audience {
			return errs.New(errs.Invalid, "case.party-kind").On(at + "matterCode")
		}
		for _, earlier := range x.After {
			if earlier < 0 || earlier >= n {
				return errs.New(errs.Invalid, "event.order").On(at + "after")
			}
		}
	}
	return nil
}

// Event finds a life event with its version, or gives event.unknown.
func (s *Store) Event(ctx context.Context, q *db.Tx, code string) (Event, int64, error) {
	return scanEvent(q.QueryRow(ctx, `SELECT data, version FROM life_event WHERE event_code = $1`, code))
}

func scanEvent(from interface{ Scan(...any) error }) (Event, int64, error) {
	var data string
	var version int64
	err := from.Scan(&data, &version)
	if errors.Is(err, db.ErrNoRows) {
		return Event{}, 0, errs.New(errs.NotFound, "event.unknown")
	}
	if err != nil {
		return Event{}, 0, fmt.Errorf("read event: %w", err)
	}
	var e Event
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		return Event{}, 0, fmt.Errorf("decode event: %w", err)
	}
	return e, version, nil
}

// Events lists the life events whose name, pinyin or words hold what was searched for; audience "" is anybody.
func (s *Store) Events(ctx context.Context, q *db.Tx, words, audience string) ([]Event, error) {
	where, args := "1 = 1", []any{}
	for _, w := range pinyin.Words(words) {
		args = append(args, w)
		where += fmt.Sprintf(` AND search LIKE $%d ESCAPE '\'`, len(args))
	}
	rows, err := q.Query(ctx, `SELECT data, version FROM life_event WHERE `+where+` ORDER BY event_code`, args...)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Event
	for rows.Next() {
		e, _, err := scanEvent(rows)
		if err != nil {
			return nil, err
		}
		if audience == "" || string(e.Audience) == audience {
			found = append(found, e)
		}
	}
	return found, rows.Err()
}

// yieldingMax bounds the matters named where somebody lacks a license.
const yieldingMax = 3

// Yielding lists matters, a few, whose result is a license of a type: what somebody who lacks one can apply for.
// Those of a unit that is asked for come first.
func (s *Store) Yielding(ctx context.Context, q *db.Tx, typeCode, unitID string) ([]Matter, error) {
	// The result stands in the item; there are some hundreds of items, and their text is short.
	codes, err := column(ctx, q, `
		SELECT m.matter_code
		FROM matter m
		JOIN matter_item i ON i.base_code = m.base_code
		WHERE i.data LIKE $1
		ORDER BY CASE WHEN m.unit_id = $2 THEN 0 ELSE 1 END, m.matter_code
		LIMIT 20`, `%"result":"`+typeCode+`"%`, unitID)
	if err != nil {
		return nil, err
	}
	var found []Matter
	for _, code := range codes {
		m, err := s.Get(ctx, q, code)
		if err != nil {
			return nil, err
		}
		if m.Result == typeCode && len(found) < yieldingMax {
			found = append(found, m)
		}
	}
	return found, nil
}
