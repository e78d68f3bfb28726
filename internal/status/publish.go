package status

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/statuslist"
)

const (
	// turn is how often changes are looked for, and Keep how long what was fetched may be shown: together less than the five
	// seconds within which a change must be seen.
	turn = time.Second
	// Keep is how long a published list may be kept without asking again.
	Keep = 2 * time.Second
	// renewal is after how long a list without changes is published again: the time it speaks for is never much older.
	renewal = 5 * time.Minute
	// lifetime is how long a list may be believed where there is no network.
	lifetime = 24 * time.Hour
	// atOnce bounds the changes that one publication takes away; more wait for the next turn.
	atOnce = 500
)

// Options are the parts a Publisher works with.
type Options struct {
	DB      *db.DB
	Clock   clock.Clock
	Log     *slog.Logger
	Signer  statuslist.Signer
	Chain   [][]byte // certificates in DER, the signer's first, without the root
	BaseURL string
}

// Publisher signs the lists and keeps them ready for whoever asks.
type Publisher struct{ o Options }

// New gives a publisher.
func New(o Options) *Publisher { return &Publisher{o} }

// Address is where a list is found, which is also the subject of its text.
func Address(baseURL, list string) string { return baseURL + "/status/" + list }

// Run publishes what changes, and all lists from time to time, until ctx ends. Several nodes may do so.
func (p *Publisher) Run(ctx context.Context) {
	tick := time.NewTicker(turn)
	defer tick.Stop()
	for {
		if err := p.Publish(ctx); err != nil && ctx.Err() == nil {
			p.o.Log.ErrorContext(ctx, "status lists not published", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Publish publishes every list that has changed or is due. One that fails holds up no other.
func (p *Publisher) Publish(ctx context.Context) error {
	due, err := p.due(ctx)
	if err != nil {
		return err
	}
	for _, list := range due {
		d, more := p.draft(ctx, list)
		if more == nil {
			more = p.put(ctx, d)
		}
		err = errors.Join(err, more)
	}
	return err
}

func (p *Publisher) due(ctx context.Context) (lists []string, err error) {
	err = p.o.DB.Read(ctx, func(q *db.Tx) error {
		lists, err = texts(ctx, q, `
			SELECT list_id FROM status_list WHERE published_at <= $1
			UNION
			SELECT list_id FROM status_change`, db.Micros(p.o.Clock.Now().Add(-renewal)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for changed status lists: %w", err)
	}
	return lists, nil
}

func texts(ctx context.Context, q *db.Tx, query string, args ...any) (all []string, err error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var x string
		if err := rows.Scan(&x); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// draft is a list as it is to be published instead of another version.
type draft struct {
	list    string
	instead int64
	at      time.Time
	token   []byte
	shows   []string // the changes that are in it
	full    bool
}

// draft signs what a list says now.
func (p *Publisher) draft(ctx context.Context, list string) (draft, error) {
	// Before the reading: what was durable by then is in the list.
	d := draft{list: list, at: p.o.Clock.Now()}
	var content *statuslist.List
	err := p.o.DB.Read(ctx, func(q *db.Tx) error {
		var size, last, taken int64
		var err error
		if err = q.QueryRow(ctx, `
			SELECT entries, published_at, version, (SELECT count(*) FROM status_value WHERE list_id = $1)
			FROM status_list
			WHERE list_id = $1`, list).Scan(&size, &last, &d.instead, &taken); err != nil {
			return err
		}
		if then := db.Time(last); then.After(d.at) { // by a node whose clock is ahead; what is read now is no older
			d.at = then
		}
		d.full = taken >= size/2
		if d.shows, err = texts(ctx, q, `SELECT change_id FROM status_change WHERE list_id = $1 LIMIT $2`, list, atOnce); err != nil {
			return err
		}
		content, err = read(ctx, q, list, int(size))
		return err
	})
	if err != nil {
		return draft{}, fmt.Errorf("read status list: %w", err)
	}
	d.token, err = statuslist.Sign(statuslist.Token{Subject: Address(p.o.BaseURL, list), IssuedAt: d.at, Expires: d.at.Add(lifetime),
		TTL: Keep, List: content}, p.o.Signer, p.o.Chain...)
	return d, err
}

func read(ctx context.Context, q *db.Tx, list string, size int) (*statuslist.List, error) {
	content, err := statuslist.New(bits, size)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT idx, value FROM status_value WHERE list_id = $1 AND value <> 0`, list)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var i, v int
		if err := rows.Scan(&i, &v); err != nil {
			return nil, err
		}
		if err := content.Set(i, statuslist.Status(v)); err != nil {
			return nil, err
		}
	}
	return content, rows.Err()
}

// put publishes a draft unless another node has published since it was read: then that one, or the next turn, shows the same.
func (p *Publisher) put(ctx context.Context, d draft) error {
	return p.o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE status_list
			SET token = $1, published_at = $2, version = version + 1, is_open = CASE WHEN $3 = 1 THEN 0 ELSE is_open END
			WHERE list_id = $4 AND version = $5`, d.token, db.Micros(d.at), flag(d.full), d.list, d.instead)
		if err != nil {
			return fmt.Errorf("publish status list: %w", err)
		}
		if n == 0 {
			return nil
		}
		for _, id := range d.shows {
			if _, err := tx.Exec(ctx, `DELETE FROM status_change WHERE change_id = $1`, id); err != nil {
				return fmt.Errorf("take away shown status changes: %w", err)
			}
		}
		return nil
	})
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Published is a list as anybody may have it.
type Published struct {
	List    string
	Token   []byte
	At      time.Time // the time it speaks for
	Version int64
}

// Get gives a list as it was last published.
func (p *Publisher) Get(ctx context.Context, list string) (Published, error) {
	all, err := p.published(ctx, `WHERE list_id = $1 AND version > 0`, list)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "status.unknown")
	}
	if err != nil {
		return Published{}, err
	}
	return all[0], nil
}

// All gives every list that was ever published.
func (p *Publisher) All(ctx context.Context) ([]Published, error) {
	return p.published(ctx, `WHERE version > 0 ORDER BY list_id`)
}

func (p *Publisher) published(ctx context.Context, where string, args ...any) (all []Published, err error) {
	err = p.o.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `SELECT list_id, token, published_at, version FROM status_list `+where, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var x Published
			var at int64
			if err := rows.Scan(&x.List, &x.Token, &at, &x.Version); err != nil {
				return err
			}
			x.At = db.Time(at)
			all = append(all, x)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read published status lists: %w", err)
	}
	return all, nil
}
