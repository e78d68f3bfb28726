package license

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/verify"
)

// Source is the system of the office that keeps a kind of license (证照来源系统). What it says of a license goes before
// what the platform holds. Any error means that it cannot be reached now; it answers within bounded time.
type Source interface {
	Name() string
	State(ctx context.Context, identifier string) (State, error)
	Fetch(ctx context.Context, identifier string) (Sent, error)
}

// Sent is a license as its source gives it.
type Sent struct {
	State  State
	Values map[string]string // by field name, as the file states them: dates as 20060102 (GB/T 36903)
	File   []byte            // OFD, sealed there
}

// fetch asks the source of an index entry for what the license says and for its file, and holds both against the entry and
// the trust anchors. Nothing of it is kept. It is never called inside a transaction.
func (r *BodyReader) fetch(ctx context.Context, l License, t *catalog.Type) (Body, error) {
	source := r.store.o.Source(l.TypeCode)
	if source == nil {
		return Body{}, errs.New(errs.Unavailable, "license.source-none")
	}
	sent, err := source.Fetch(ctx, l.Identifier)
	if ctx.Err() != nil {
		return Body{}, ctx.Err()
	}
	if err != nil {
		return Body{}, errs.New(errs.Unavailable, "license.source-down").With("source", source.Name()).Wrap(err)
	}
	codes, err := r.codes(ctx, l)
	if err != nil {
		return Body{}, err
	}
	stated, err := r.store.holds(l, codes, sent)
	if err != nil {
		return Body{}, errs.New(errs.Unavailable, "license.source-wrong").With("source", source.Name()).Wrap(err)
	}
	return Body{License: l, Type: t, Values: inForm(t, stated), Source: source.Name(), Said: sent.State, file: sent.File}, nil
}

// codes are the codes of a license's holders, as its file states them.
func (r *BodyReader) codes(ctx context.Context, l License) (string, error) {
	var codes []string
	err := r.store.o.DB.Read(ctx, func(q *db.Tx) error {
		codes = nil
		for _, id := range l.Holders {
			h, err := r.store.o.Holders.Get(ctx, q, id)
			if err != nil {
				return err
			}
			codes = append(codes, h.Profile.Code.Reveal())
		}
		return nil
	})
	return strings.Join(codes, multi), err
}

// holds judges what a source sent for an index entry: the file is the one that was entered, whole, under seals that are
// trusted, and it is this license of these holders; what is said beside it is what it states. It gives that.
func (s *Store) holds(l License, codes string, sent Sent) (map[string]string, error) {
	if digest(sent.File) != l.FileDigest {
		return nil, errors.New("the file is not the one that was entered")
	}
	r := s.o.Verify(sent.File)
	unsealed := func(c verify.Cause) bool { return c.Code == verify.NoSeal }
	if r.Verdict != verify.Valid || r.Copy != nil || slices.ContainsFunc(r.Causes, unsealed) {
		return nil, errors.New("the file is not sealed by whom the platform trusts")
	}
	stated := map[string]string{}
	for _, item := range r.License {
		stated[item.Name] = item.Value
	}
	switch {
	case stated["ZZBS"] != l.Identifier || stated["ZZLXDM"] != l.TypeCode:
		return nil, errors.New("the file is another license's")
	case stated["CZZTDM"] != codes:
		return nil, errors.New("the file is another holder's")
	}
	for name, value := range sent.Values {
		if stated[name] != value {
			return nil, errors.New("what is said beside the file is not what it states")
		}
	}
	return stated, nil
}

// inForm brings the values of a file into the platform's form.
func inForm(t *catalog.Type, stated map[string]string) map[string]string {
	values := make(map[string]string, len(stated))
	for name, value := range stated {
		if f, _ := t.Field(name); f.Type == "date" && dayForm.MatchString(value) {
			value = dayForm.ReplaceAllString(value, "$1-$2-$3")
		}
		values[name] = value
	}
	return values
}
