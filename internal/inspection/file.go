package inspection

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/upload"
)

// Bounds of what a holder hands in with an application. MaxBody is that of a request with all of it.
const (
	filesMax = 3
	MaxBody  = filesMax*upload.Max/3*4 + 64<<10
)

// Files stores ciphertext files; Put is durable when it returns.
type Files interface {
	Put(ctx context.Context, data []byte) (ref string, err error)
	Get(ctx context.Context, ref string) ([]byte, error)
	Remove(ctx context.Context, ref string) error
}

// File is a file that a holder handed in with an application.
type File struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Media string `json:"media"`
	Size  int    `json:"size"`
	Ref   string `json:"ref"`
}

// take stores what is handed in, where the inspection can be applied for. Without the application, after a crash, a file
// is ciphertext that nothing names.
func (s *Store) take(ctx context.Context, actor *authn.Actor, licenseID string, uploads []upload.File) ([]File, error) {
	if len(uploads) > filesMax {
		return nil, errs.New(errs.Invalid, "inspect.files").On("files").With("max", strconv.Itoa(filesMax))
	}
	files, sealed := make([]File, len(uploads)), make([][]byte, len(uploads))
	for i, u := range uploads {
		media, err := u.Check()
		if err != nil {
			return nil, err
		}
		files[i] = File{ID: db.NewID(), Name: u.Shown(media), Media: media, Size: len(u.Data)}
	}
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		l, err := s.appliable(ctx, q, actor, licenseID)
		if err != nil {
			return err
		}
		for i, u := range uploads {
			// The id stands in the ciphertext, so that no file can take another's place.
			if sealed[i], err = s.o.Holders.Seal(ctx, q, l.HolderID, append([]byte(files[i].ID), u.Data...)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range files {
		if files[i].Ref, err = s.o.Files.Put(ctx, sealed[i]); err != nil {
			s.discard(ctx, files[:i])
			return nil, err
		}
	}
	return files, nil
}

// discard removes files that no application names any more. One that stays is ciphertext that nothing names.
func (s *Store) discard(ctx context.Context, files []File) {
	for _, f := range files {
		_ = s.o.Files.Remove(ctx, f.Ref)
	}
}

// OwnFile gives a file back to whoever handed it in.
func (s *Store) OwnFile(ctx context.Context, actor *authn.Actor, licenseID, fileID string) (File, []byte, error) {
	return s.open(ctx, fileID, func(q *db.Tx) (Inspection, error) { return s.openOf(ctx, q, actor, licenseID) })
}

// FileOf shows a file to the unit that inspects, as long as there is no result.
func (s *Store) FileOf(ctx context.Context, actor *authn.Actor, id, fileID string) (File, []byte, error) {
	return s.open(ctx, fileID, func(q *db.Tx) (Inspection, error) {
		i, err := s.OfUnit(ctx, q, actor.UnitID, id)
		if err == nil && !i.Open() {
			err = errs.New(errs.Conflict, "inspect.stage")
		}
		return i, err
	})
}

func (s *Store) open(ctx context.Context, fileID string, find func(q *db.Tx) (Inspection, error)) (File, []byte, error) {
	var i Inspection
	var f File
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if i, err = find(q); err != nil {
			return err
		}
		w, err := s.Words(ctx, q, i)
		if err != nil {
			return err
		}
		n := slices.IndexFunc(w.Files, func(f File) bool { return f.ID == fileID })
		if n < 0 {
			return errs.New(errs.NotFound, "attachment.unknown")
		}
		f = w.Files[n]
		return nil
	})
	if err != nil {
		return File{}, nil, err
	}
	sealed, err := s.o.Files.Get(ctx, f.Ref)
	if err != nil {
		return File{}, nil, err
	}
	var plain []byte
	err = s.o.DB.Read(ctx, func(q *db.Tx) error {
		plain, err = s.o.Holders.Open(ctx, q, i.HolderID, sealed)
		return err
	})
	if err != nil {
		return File{}, nil, err
	}
	data, ok := bytes.CutPrefix(plain, []byte(f.ID))
	if !ok {
		return File{}, nil, errors.New("open file of inspection: it belongs to another place")
	}
	return f, data, nil
}
