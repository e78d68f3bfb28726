package hall

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/upload"
)

// attachmentsMax bounds the files for one material.
const attachmentsMax = 6

// Attach takes a file for a material that no license of the applicant's satisfies, and gives its id. Where one does, a
// file is refused: it is not to be asked for, and not needed (榕政办〔2018〕214号 第十五条).
func (h *Hall) Attach(ctx context.Context, actor *authn.Actor, no string, seq int, u upload.File) (string, error) {
	media, err := u.Check()
	if err != nil {
		return "", err
	}
	a := casefile.Attachment{ID: db.NewID(), Seq: seq, Name: u.Shown(media), Media: media, Size: len(u.Data), AddedBy: actor.AccountID}
	var sealed []byte
	err = h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, m, err := h.inHand(ctx, q, actor, no, 0)
		if err != nil {
			return err
		}
		if _, err := h.takes(ctx, q, c, m, seq); err != nil {
			return err
		}
		// The id stands in the ciphertext, so that no file can take another's place.
		sealed, err = h.o.Holders.Seal(ctx, q, c.HolderID, append([]byte(a.ID), u.Data...))
		return err
	})
	if err != nil {
		return "", err
	}
	if a.FileRef, err = h.o.Files.Put(ctx, sealed); err != nil {
		return "", err
	}
	return a.ID, h.attach(ctx, actor, no, a)
}

// attach keeps the reference of a file that is in the store. A file without one, after a crash, is never read.
func (h *Hall) attach(ctx context.Context, actor *authn.Actor, no string, a casefile.Attachment) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.inHand(ctx, tx, actor, no, 0)
		if err != nil {
			return err
		}
		x, err := h.takes(ctx, tx, c, m, a.Seq)
		if err != nil {
			return err
		}
		files, err := h.o.Cases.Attachments(ctx, tx, c)
		if err != nil {
			return err
		}
		if len(slices.DeleteFunc(files, func(f casefile.Attachment) bool { return f.Seq != a.Seq })) >= attachmentsMax {
			return errs.New(errs.Conflict, "attachment.too-many").With("max", strconv.Itoa(attachmentsMax))
		}
		a.Ground, a.AddedAt = groundOf(m, x), h.o.Clock.Now()
		if err := h.o.Cases.Attach(ctx, tx, c, a); err != nil {
			return err
		}
		x.Status = casefile.Attached
		if err := h.o.Cases.PutMaterial(ctx, tx, c, x); err != nil {
			return err
		}
		return h.o.Cases.Save(ctx, tx, &c)
	})
}

// takes finds a material that a file may be handed in for.
func (h *Hall) takes(ctx context.Context, q *db.Tx, c casefile.Case, m matter.Matter, seq int) (casefile.Material, error) {
	if _, ok := m.Material(seq); !ok {
		return casefile.Material{}, errs.New(errs.NotFound, "case.material-unknown")
	}
	x, err := h.settled(ctx, q, c, seq)
	if err != nil {
		return casefile.Material{}, err
	}
	switch x.Status {
	case casefile.Ready, casefile.OfParty, casefile.Awaited, casefile.Lent:
		return casefile.Material{}, errs.New(errs.Conflict, "attachment.not-needed")
	default:
		return x, nil
	}
}

// groundOf says why a file is taken where a license would be asked for.
func groundOf(m matter.Matter, x casefile.Material) string {
	bound, _ := m.Material(x.Seq)
	switch {
	case len(bound.Bindings) == 0:
		return casefile.GroundPlain
	case x.LicenseID != "":
		return casefile.GroundUnusable
	default:
		return casefile.GroundMissing
	}
}

// Detach takes a file off an application that is still in its applicant's hands.
func (h *Hall) Detach(ctx context.Context, actor *authn.Actor, no, id string) error {
	var file casefile.Attachment
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.inHand(ctx, tx, actor, no, 0)
		if err != nil {
			return err
		}
		if file, err = h.attachment(ctx, tx, c, id); err != nil {
			return err
		}
		if err := h.o.Cases.Detach(ctx, tx, c, id); err != nil {
			return err
		}
		if _, err := h.foresee(ctx, tx, c, m, nil); err != nil {
			return err
		}
		return h.o.Cases.Save(ctx, tx, &c)
	})
	if err != nil {
		return err
	}
	h.discard(ctx, file)
	return nil
}

// discard removes the files of attachments that are gone. One that stays, after a crash, is ciphertext that nothing names.
func (h *Hall) discard(ctx context.Context, files ...casefile.Attachment) {
	for _, f := range files {
		if err := h.o.Files.Remove(ctx, f.FileRef); err != nil {
			h.o.Log.ErrorContext(ctx, "attachment not removed", slog.String("attachment", f.ID), slog.Any("error", err))
		}
	}
}

func (h *Hall) attachment(ctx context.Context, q *db.Tx, c casefile.Case, id string) (casefile.Attachment, error) {
	files, err := h.o.Cases.Attachments(ctx, q, c)
	if err != nil {
		return casefile.Attachment{}, err
	}
	i := slices.IndexFunc(files, func(f casefile.Attachment) bool { return f.ID == id })
	if i < 0 {
		return casefile.Attachment{}, errs.New(errs.NotFound, "attachment.unknown")
	}
	return files[i], nil
}

// OwnAttachment gives a file back to whoever handed it in.
func (h *Hall) OwnAttachment(ctx context.Context, actor *authn.Actor, no, id string) (casefile.Attachment, []byte, error) {
	if err := mayRead(actor); err != nil {
		return casefile.Attachment{}, nil, err
	}
	return h.openAttachment(ctx, id, func(q *db.Tx) (casefile.Case, error) {
		c, _, err := h.own(ctx, q, actor, no)
		return c, err
	})
}

// CaseAttachment shows a file to whoever handles the open case.
func (h *Hall) CaseAttachment(ctx context.Context, actor *authn.Actor, no, id string) (casefile.Attachment, []byte, error) {
	return h.openAttachment(ctx, id, func(q *db.Tx) (casefile.Case, error) {
		c, _, err := h.ofUnit(ctx, q, actor, no)
		switch {
		case err != nil:
		case c.State != casefile.StateOpen:
			err = errs.New(errs.Conflict, "case.closed")
		case c.ClerkID != actor.AccountID:
			err = errs.New(errs.Denied, "case.not-assigned")
		}
		return c, err
	})
}

func (h *Hall) openAttachment(ctx context.Context, id string, find func(q *db.Tx) (casefile.Case, error)) (casefile.Attachment, []byte, error) {
	var a casefile.Attachment
	var c casefile.Case
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if c, err = find(q); err != nil {
			return err
		}
		a, err = h.attachment(ctx, q, c, id)
		return err
	})
	if err != nil {
		return casefile.Attachment{}, nil, err
	}
	sealed, err := h.o.Files.Get(ctx, a.FileRef)
	if err != nil {
		return casefile.Attachment{}, nil, err
	}
	var plain []byte
	err = h.o.DB.Read(ctx, func(q *db.Tx) error {
		plain, err = h.o.Holders.Open(ctx, q, c.HolderID, sealed)
		return err
	})
	if err != nil {
		return casefile.Attachment{}, nil, err
	}
	data, ok := bytes.CutPrefix(plain, []byte(a.ID))
	if !ok {
		return casefile.Attachment{}, nil, errors.New("open attachment: it belongs to another place")
	}
	return a, data, nil
}

// HandedIn is what an applicant handed in with a case, as its unit sees it.
type HandedIn struct {
	Matter      matter.Matter
	Attachments []casefile.Attachment
	Corrections []casefile.Correction
}

// HandedIn lists the files of a case of the actor's unit, and what its applicant was asked to correct.
func (h *Hall) HandedIn(ctx context.Context, actor *authn.Actor, no string) (HandedIn, error) {
	var v HandedIn
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, m, err := h.ofUnit(ctx, q, actor, no)
		if err != nil {
			return err
		}
		v.Matter = m
		if v.Attachments, err = h.o.Cases.Attachments(ctx, q, c); err != nil {
			return err
		}
		for i := range v.Attachments {
			if c.ClerkID != actor.AccountID {
				v.Attachments[i].Name = upload.File{}.Shown(v.Attachments[i].Media) // names may name people
			}
		}
		v.Corrections, err = h.o.Cases.Corrections(ctx, q, c)
		return err
	})
	return v, err
}
