package access

import (
	"context"
	"encoding/hex"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Kept is a file that lies in the store under the license's key, and the digest by which it is known again.
type Kept struct {
	Ref    string
	Digest string // SM3, hex
}

// Copies are the two forms of one annotated copy that a holder has made for a receiver.
type Copies struct {
	License license.License
	Type    *catalog.Type
	OFD     Kept
	PDF     Kept
}

// Copy makes an annotated copy of an own license for whoever its holder names, as OFD and as PDF, and keeps both.
// The making is recorded as the holder's own use. mark names the PDF; p needs neither verdict nor times of its own.
func (d *Door) Copy(ctx context.Context, actor *authn.Actor, licenseID, mark string, p license.Purpose) (Copies, error) {
	u, err := d.decided(ctx, actor, d.own(actor, licenseID, "share", authn.PowerShow), nil)
	if err != nil {
		return Copies{}, err
	}
	state := u.license.State(u.at)
	if !state.Usable() {
		return Copies{}, errs.New(errs.Conflict, "license.not-in-force").With("state", state.Text("zh")).With("stateEn", state.Text("en"))
	}
	if u.license.Indexed() { // the two copies would be kept, and nothing of such a license is
		return Copies{}, errs.New(errs.Conflict, "license.kept-elsewhere")
	}
	c := Copies{License: u.license}
	b, err := d.o.Reader.Read(ctx, u.license)
	if err != nil {
		return Copies{}, err
	}
	c.Type, p.Verdict, p.Created = b.Type, state.Text("zh"), u.at
	file, err := d.o.Reader.Copy(ctx, b, p, d.o.PlatformID)
	if err != nil {
		return Copies{}, err
	}
	if c.OFD, err = d.keep(ctx, b, file); err != nil {
		return Copies{}, err
	}
	pdf, err := license.PDF(file, mark, u.at)
	if err != nil {
		return Copies{}, err
	}
	c.PDF, err = d.keep(ctx, b, pdf)
	return c, err
}

func (d *Door) keep(ctx context.Context, b license.Body, file []byte) (Kept, error) {
	ref, err := d.o.Reader.Keep(ctx, b, file)
	sum := gm.SM3(file)
	return Kept{Ref: ref, Digest: hex.EncodeToString(sum[:])}, err
}

// Given is an authorised download as package share found it in the same transaction.
type Given struct {
	License license.License
	Live    bool
	Ref     string // the kept file that is asked for
	Purpose string
}

// Shared hands out the copy that a holder had made for a receiver. claim runs in the transaction of the decision:
// it finds the authorisation and takes one of its downloads.
func (d *Door) Shared(ctx context.Context, actor *authn.Actor,
	claim func(ctx context.Context, tx *db.Tx) (Given, error),
	settle func(ctx context.Context, tx *db.Tx, recordID string) error,
) (Reading, error) {
	var ref string
	u, err := d.decided(ctx, actor, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		g, err := claim(ctx, tx)
		if err != nil {
			return use{}, nil, err
		}
		ref = g.Ref
		return use{ground: Share, purpose: g.Purpose, license: g.License, holderID: g.License.HolderID, whole: true},
			cedar.RecordMap{"live": cedar.Boolean(g.Live)}, nil
	}, settle)
	if err != nil {
		return Reading{}, err
	}
	b, err := d.o.Reader.Read(ctx, u.license)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{License: u.license, Type: b.Type, RecordNo: u.recordNo, At: u.at}
	r.Content, err = d.o.Reader.Kept(ctx, b, ref)
	return r, err
}
