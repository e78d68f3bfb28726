package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
)

// State says whether a subscription is told of anything.
type State string

// The states of a subscription.
const (
	On     State = "on"
	Paused State = "paused"
	Ended  State = "ended"
)

// About says of which licenses a subscription tells.
type About string

// What a subscription is about.
const (
	Issued About = "issued" // those that the system's unit issues
	Used   About = "used"   // those that the system uses in cases which are open
)

// Subscription is a system that is told of changes, and where.
type Subscription struct {
	ID           string    `json:"id"`
	SystemID     string    `json:"systemId"`
	URL          string    `json:"url"`
	About        About     `json:"about"`
	Types        []string  `json:"types"` // codes; empty: all that it is about
	State        State     `json:"state"`
	Cursor       int64     `json:"-"`
	Told         int       `json:"-"` // events that arrived
	Failures     int       `json:"-"` // in a row
	FailingSince time.Time `json:"-"`
	NextAt       time.Time `json:"-"` // not tried before
	ToldAt       time.Time `json:"-"`
	CreatedAt    time.Time `json:"-"`
	RowVersion   int64     `json:"-"`
}

// Receiver brings events to a system. An error means that they may not have arrived; they are told again.
type Receiver interface {
	Tell(ctx context.Context, url string, message []byte) error
}

// Options are the parts a Desk works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Trail    *change.Trail
	Units    *org.Store
	Licenses *license.Store
	Receiver Receiver
	// Reaches reports whether messages may go to an address. The Receiver holds to it too: a name says nothing of where
	// it leads.
	Reaches func(netip.Addr) bool
	// Node names this process among those that work on the same database; the same name after a restart.
	Node string
}

// Follows gives the licenses that a system uses in open cases, each with the moment since when. Package caller knows.
type Follows func(ctx context.Context, q *db.Tx, systemID string) (map[string]time.Time, error)

// Desk keeps subscriptions and tells them of events.
type Desk struct {
	o       Options
	follows Follows
}

// Open gives the desk.
func Open(o Options) *Desk {
	return &Desk{o: o, follows: func(context.Context, *db.Tx, string) (map[string]time.Time, error) { return nil, nil }}
}

// UseFollows says where the desk learns what systems use.
func (d *Desk) UseFollows(f Follows) { d.follows = f }

const columns = `subscription_id, system_id, url, about, types, state, cursor, told, failures, failing_since, next_at, told_at, created_at, row_version`

func scan(row interface{ Scan(dest ...any) error }) (Subscription, error) {
	var s Subscription
	var types string
	var since, next, told, created int64
	err := row.Scan(&s.ID, &s.SystemID, &s.URL, &s.About, &types, &s.State, &s.Cursor, &s.Told, &s.Failures, &since, &next, &told, &created, &s.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Subscription{}, errs.New(errs.NotFound, "push.unknown")
	}
	if err != nil {
		return Subscription{}, fmt.Errorf("read subscription: %w", err)
	}
	if err := json.Unmarshal([]byte(types), &s.Types); err != nil {
		return Subscription{}, fmt.Errorf("decode types: %w", err)
	}
	s.FailingSince, s.NextAt, s.ToldAt, s.CreatedAt = db.Time(since), db.Time(next), db.Time(told), db.Time(created)
	return s, nil
}

// Subscribe lets a system be told of what happens from now on.
func (d *Desk) Subscribe(ctx context.Context, tx *db.Tx, by change.By, s Subscription) (Subscription, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return Subscription{}, errs.New(errs.Invalid, "push.url").On("url")
	}
	if !d.reaches(u.Hostname()) {
		return Subscription{}, errs.New(errs.Invalid, "push.address").On("url")
	}
	if s.About == "" {
		s.About = Issued
	}
	slices.Sort(s.Types)
	s.Types = slices.Compact(append([]string{}, s.Types...))
	for _, code := range s.Types {
		if gbcode.CheckTypeCode(code) != nil {
			return Subscription{}, errs.New(errs.Invalid, "mandate.scope").On("types")
		}
	}
	if _, err := d.o.Units.System(ctx, tx, s.SystemID); err != nil {
		return Subscription{}, err
	}
	types, err := json.Marshal(s.Types)
	if err != nil {
		return Subscription{}, fmt.Errorf("encode types: %w", err)
	}
	s.ID, s.State, s.CreatedAt, s.RowVersion = db.NewID(), On, d.o.Clock.Now(), 1
	if s.Cursor, err = d.Last(ctx, tx); err != nil {
		return Subscription{}, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO subscription (`+columns+`, node, lease)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, $8, 1, '', 0)`,
		s.ID, s.SystemID, s.URL, string(s.About), string(types), string(s.State), s.Cursor, db.Micros(s.CreatedAt))
	if err != nil {
		return Subscription{}, fmt.Errorf("subscribe: %w", err)
	}
	return s, d.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: s.SystemID, Action: "subscribe", After: s})
}

// reaches refuses what is seen to lie where nothing may go, so that whoever enters it learns of it at once.
func (d *Desk) reaches(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		name = "127.0.0.1"
	}
	a, err := netip.ParseAddr(name)
	return err != nil || d.o.Reaches(a)
}

// List gives the subscriptions of a system, "" for all, that have not ended.
func (d *Desk) List(ctx context.Context, q *db.Tx, systemID string) ([]Subscription, error) {
	return d.list(ctx, q, `
		SELECT `+columns+`
		FROM subscription
		WHERE state <> 'ended' AND ($1 = '' OR system_id = $1)
		ORDER BY subscription_id`, systemID)
}

func (d *Desk) list(ctx context.Context, q *db.Tx, query string, args ...any) ([]Subscription, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Subscription
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, rows.Err()
}

// Get gives a subscription.
func (d *Desk) Get(ctx context.Context, q *db.Tx, id string) (Subscription, error) {
	return scan(q.QueryRow(ctx, `SELECT `+columns+` FROM subscription WHERE subscription_id = $1`, id))
}

// Set pauses a subscription, lets it go on, at once and from where it stood, or ends it.
func (d *Desk) Set(ctx context.Context, tx *db.Tx, by change.By, id string, to State) (Subscription, error) {
	s, err := d.Get(ctx, tx, id)
	if err != nil {
		return Subscription{}, err
	}
	if s.State == Ended {
		return Subscription{}, errs.New(errs.Conflict, "push.ended")
	}
	before := s
	s.State, s.NextAt = to, time.Time{}
	n, err := tx.Exec(ctx, `
		UPDATE subscription
		SET state = $1, next_at = 0, row_version = row_version + 1
		WHERE subscription_id = $2 AND row_version = $3`, string(to), id, s.RowVersion)
	if err != nil {
		return Subscription{}, fmt.Errorf("set subscription: %w", err)
	}
	if n == 0 {
		return Subscription{}, errs.New(errs.Conflict, "conflict")
	}
	s.RowVersion++
	return s, d.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.System, SubjectID: s.SystemID, Action: "subscription-" + string(to), Before: before, After: s})
}

// Last is the last place of the log, up to which there may be something to tell.
func (d *Desk) Last(ctx context.Context, q *db.Tx) (int64, error) {
	var last int64
	if err := q.QueryRow(ctx, `SELECT COALESCE(MAX(idx), -1) FROM log_entry`).Scan(&last); err != nil {
		return 0, fmt.Errorf("look at the log: %w", err)
	}
	return last, nil
}
