package share

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// Dead says why nothing can be downloaded any more; nil while it can.
func (s Share) Dead() error {
	switch s.State {
	case Ended:
		return errs.New(errs.Gone, "share.ended")
	case Expired:
		return errs.New(errs.Gone, "share.expired")
	case Used:
		return errs.New(errs.Gone, "share.used")
	case Locked:
		return errs.New(errs.Gone, "share.locked")
	}
	return nil
}

// Look tells what a link leads to. It consumes nothing: mail programs and chats open links unasked.
func (d *Desk) Look(ctx context.Context, token string) (Share, error) {
	var s Share
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		holderID, id, err := d.lead(ctx, q, token)
		if err != nil {
			return err
		}
		s, err = d.read(ctx, q, holderID, id)
		return err
	})
	return s, err
}

// File is what a receiver downloads.
type File struct {
	Format   string
	Content  []byte
	RecordNo string
}

// Download gives the copy to whoever has link and code. actor is nil for somebody not signed in.
func (d *Desk) Download(ctx context.Context, actor *authn.Actor, token, code, format string) (File, error) {
	if format != OFD && format != PDF {
		return File{}, errs.New(errs.Invalid, "field.option").On("format")
	}
	if err := d.tryCode(ctx, token, code); err != nil {
		return File{}, err
	}
	var s Share
	claim := func(ctx context.Context, tx *db.Tx) (access.Given, error) {
		var err error
		if s, err = d.hold(ctx, tx, token); err != nil {
			return access.Given{}, err
		}
		g := access.Given{Live: s.State == Open, Ref: s.ofd, Purpose: s.Receiver + "：" + s.Purpose}
		if format == PDF {
			g.Ref = s.pdf
		}
		g.License, err = d.o.Licenses.Get(ctx, tx, s.LicenseHolderID, s.LicenseID)
		return g, err
	}
	settle := func(ctx context.Context, tx *db.Tx, recordID string) error {
		return d.count(ctx, tx, s, Event{Action: Downloaded, Format: format, RecordNo: access.Number(recordID)})
	}
	r, err := d.o.Door.Shared(ctx, actor, claim, settle)
	if _, refused := errors.AsType[*access.Refusal](err); refused && s.Dead() != nil {
		return File{}, s.Dead()
	}
	return File{Format: format, Content: r.Content, RecordNo: r.RecordNo}, err
}

// hold finds the authorisation of a link and keeps others from it until the transaction ends: codes are tried, downloads
// counted and ends made one after the other, however many come at once.
func (d *Desk) hold(ctx context.Context, tx *db.Tx, token string) (Share, error) {
	holderID, id, err := d.lead(ctx, tx, token)
	if err != nil {
		return Share{}, err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE license_share
		SET tries_left = tries_left
		WHERE holder_id = $1 AND share_id = $2`, holderID, id); err != nil {
		return Share{}, fmt.Errorf("hold share: %w", err)
	}
	return d.read(ctx, tx, holderID, id)
}

// tryCode compares a code. A wrong one costs a try, durably, before anybody is told that it was wrong.
func (d *Desk) tryCode(ctx context.Context, token, code string) error {
	var wrong error
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		wrong = nil
		s, err := d.hold(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := s.Dead(); err != nil {
			return err
		}
		if gm.EqualMAC(s.code, d.digest(s.ID, code)) {
			return nil
		}
		if _, err := tx.Exec(ctx, `
			UPDATE license_share
			SET tries_left = tries_left - 1
			WHERE holder_id = $1 AND share_id = $2`, s.HolderID, s.ID); err != nil {
			return fmt.Errorf("count wrong code: %w", err)
		}
		s.TriesLeft--
		wrong = errs.New(errs.Invalid, "share.code").On("code").With("left", fmt.Sprint(max(s.TriesLeft, 0)))
		if err := d.note(ctx, tx, s, Event{Action: WrongCode}); err != nil || s.TriesLeft > 0 {
			return err
		}
		wrong = errs.New(errs.Gone, "share.locked")
		if err := d.note(ctx, tx, s, Event{Action: Locking}); err != nil {
			return err
		}
		return d.tell(ctx, tx, notice.ShareLocked, s)
	})
	return errors.Join(err, wrong)
}

// count takes one download, tells the holder and writes it into the log.
func (d *Desk) count(ctx context.Context, tx *db.Tx, s Share, e Event) error {
	n, err := tx.Exec(ctx, `
		UPDATE license_share
		SET downloads = downloads + 1
		WHERE holder_id = $1 AND share_id = $2 AND downloads < downloads_max`, s.HolderID, s.ID)
	if err != nil {
		return fmt.Errorf("count download: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Gone, "share.used")
	}
	if err := d.note(ctx, tx, s, e); err != nil {
		return err
	}
	return d.tell(ctx, tx, notice.ShareDownloaded, s)
}

func (d *Desk) tell(ctx context.Context, tx *db.Tx, kind notice.Kind, s Share) error {
	return d.o.Notices.Send(ctx, tx, notice.Notice{HolderID: s.HolderID, Kind: kind, Subject: s.ID,
		Detail: map[string]string{"type": s.Type.Name, "typeEn": s.Type.NameEn}})
}
