package share

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Action is what happened to an authorisation.
type Action string

// The actions in the holder's log.
const (
	Made       Action = "made"
	Downloaded Action = "downloaded"
	WrongCode  Action = "wrong-code"
	Locking    Action = "locked"
	Ending     Action = "ended"
)

// Event is one line of the holder's log.
type Event struct {
	Action   Action
	Format   string // of a download
	RecordNo string // 存证编号 of a download
	At       time.Time
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, s Share) error {
	receiver, err := d.o.Holders.Seal(ctx, tx, s.HolderID, []byte(s.Receiver))
	if err != nil {
		return err
	}
	purpose, err := d.o.Holders.Seal(ctx, tx, s.HolderID, []byte(s.Purpose))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO license_share (holder_id, share_id, license_holder_id, license_id, receiver, purpose, code, ofd_ref, pdf_ref,
			downloads_max, downloads, tries_left, created_at, expires_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, 0)`,
		s.HolderID, s.ID, s.LicenseHolderID, s.LicenseID, receiver, purpose, s.code, s.ofd, s.pdf,
		s.DownloadsMax, s.TriesLeft, db.Micros(s.CreatedAt), db.Micros(s.ExpiresAt))
	if err != nil {
		return fmt.Errorf("insert share: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO share_link (token_hash, holder_id, share_id)
		VALUES ($1, $2, $3)`, tokenHash(s.Token), s.HolderID, s.ID)
	if err != nil {
		return fmt.Errorf("insert link of share: %w", err)
	}
	return nil
}

// note adds a line to the holder's log.
func (d *Desk) note(ctx context.Context, tx *db.Tx, s Share, e Event) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO share_event (holder_id, share_id, seq, action, format, record_no, at)
		SELECT $1, $2, COALESCE(MAX(seq), 0) + 1, $3, $4, $5, $6
		FROM share_event
		WHERE holder_id = $1 AND share_id = $2`,
		s.HolderID, s.ID, string(e.Action), e.Format, e.RecordNo, db.Micros(d.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("note on share: %w", err)
	}
	return nil
}

const columns = `holder_id, share_id, license_holder_id, license_id, receiver, purpose, code, ofd_ref, pdf_ref,
		downloads_max, downloads, tries_left, created_at, expires_at, ended_at`

// List gives the holder's authorisations, the newest first.
func (d *Desk) List(ctx context.Context, actor *authn.Actor) ([]Share, error) {
	found := []Share{}
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `
			SELECT share_id
			FROM license_share
			WHERE holder_id = $1
			ORDER BY share_id DESC
			LIMIT 100`, actor.HolderID)
		if err != nil {
			return fmt.Errorf("list shares: %w", err)
		}
		var ids []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				_ = rows.Close()
				return fmt.Errorf("list shares: %w", err)
			}
			ids = append(ids, id)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return fmt.Errorf("list shares: %w", err)
		}
		for _, id := range ids {
			s, err := d.read(ctx, q, actor.HolderID, id)
			if err != nil {
				return err
			}
			found = append(found, s)
		}
		return nil
	})
	return found, err
}

// Get gives one of the holder's authorisations with its log, the newest line first.
func (d *Desk) Get(ctx context.Context, actor *authn.Actor, id string) (Share, []Event, error) {
	var s Share
	events := []Event{}
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if s, err = d.read(ctx, q, actor.HolderID, id); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `
			SELECT action, format, record_no, at
			FROM share_event
			WHERE holder_id = $1 AND share_id = $2
			ORDER BY seq DESC`, actor.HolderID, id)
		if err != nil {
			return fmt.Errorf("list events of share: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var e Event
			var at int64
			if err := rows.Scan(&e.Action, &e.Format, &e.RecordNo, &at); err != nil {
				return fmt.Errorf("list events of share: %w", err)
			}
			e.At = db.Time(at)
			events = append(events, e)
		}
		return rows.Err()
	})
	return s, events, err
}

// lead leads from a link to its authorisation.
func (d *Desk) lead(ctx context.Context, q *db.Tx, token string) (holderID, id string, err error) {
	err = q.QueryRow(ctx, `
		SELECT holder_id, share_id
		FROM share_link
		WHERE token_hash = $1`, tokenHash(token)).Scan(&holderID, &id)
	if errors.Is(err, db.ErrNoRows) {
		return "", "", errs.New(errs.NotFound, "share.unknown")
	}
	if err != nil {
		return "", "", fmt.Errorf("find share: %w", err)
	}
	return holderID, id, nil
}

func (d *Desk) read(ctx context.Context, q *db.Tx, holderID, id string) (Share, error) {
	var s Share
	var receiver, purpose []byte
	var created, expires, ended int64
	err := q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM license_share
		WHERE holder_id = $1 AND share_id = $2`, holderID, id).
		Scan(&s.HolderID, &s.ID, &s.LicenseHolderID, &s.LicenseID, &receiver, &purpose, &s.code, &s.ofd, &s.pdf,
			&s.DownloadsMax, &s.Downloads, &s.TriesLeft, &created, &expires, &ended)
	if errors.Is(err, db.ErrNoRows) {
		return Share{}, errs.New(errs.NotFound, "share.unknown")
	}
	if err != nil {
		return Share{}, fmt.Errorf("read share: %w", err)
	}
	for sealed, text := range map[*[]byte]*string{&receiver: &s.Receiver, &purpose: &s.Purpose} {
		plain, err := d.o.Holders.Open(ctx, q, holderID, *sealed)
		if err != nil {
			return Share{}, err
		}
		*text = string(plain)
	}
	s.CreatedAt, s.ExpiresAt, s.EndedAt = db.Time(created), db.Time(expires), db.Time(ended)
	s.State = s.stateAt(d.o.Clock.Now())
	l, err := d.o.Licenses.Get(ctx, q, s.LicenseHolderID, s.LicenseID)
	if err != nil {
		return Share{}, err
	}
	s.Type, err = d.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	return s, err
}

func (s Share) stateAt(now time.Time) State {
	switch {
	case !s.EndedAt.IsZero():
		return Ended
	case s.TriesLeft <= 0:
		return Locked
	case now.After(s.ExpiresAt):
		return Expired
	case s.Downloads >= s.DownloadsMax:
		return Used
	}
	return Open
}

// remember keeps the digest of a PDF copy, by which the check page knows the very file again.
func (d *Desk) remember(ctx context.Context, tx *db.Tx, mark string, c access.Copies, s Share) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO pdf_copy (mark, digest, holder_id, license_id, made_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		mark, c.PDF.Digest, c.License.HolderID, c.License.ID, db.Micros(s.CreatedAt), db.Micros(s.ExpiresAt))
	if err != nil {
		return fmt.Errorf("remember PDF copy: %w", err)
	}
	return nil
}
