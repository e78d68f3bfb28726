package license

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// Purpose is what an annotated copy (加注件) is for; it stands on the copy's face and in its data.
type Purpose struct {
	Creator    string // the unit that may use it
	Matter     string // name of the matter
	MatterCode string
	CaseNo     string
	Use        string // instead of a matter and a case: what the holder gives the copy for
	Verdict    string // what the platform found of the original when the copy was made
	Created    time.Time
	Expires    time.Time
}

// Cause is the reason in words (加注件制作事由).
func (p Purpose) Cause() string {
	if p.CaseNo == "" {
		return "用于“" + p.Use + "”"
	}
	return "办理“" + p.Matter + "”（办件" + p.CaseNo + "）"
}

// Copy makes the annotated copy of a license for one purpose: the pages of the original file, marked all over,
// the note below each, the digest of the original and the verdict on it, under the platform's own seal. The
// original stays as it is. GB/T 36903-2018 加注件; 闽政办〔2022〕33号 任务10.
func (r *BodyReader) Copy(ctx context.Context, b Body, p Purpose, platformID string) ([]byte, error) {
	original, err := r.File(ctx, b)
	if err != nil {
		return nil, err
	}
	var seal sealing.Seal
	err = r.store.o.DB.Read(ctx, func(q *db.Tx) error {
		seal, err = r.store.o.Seals.Usable(ctx, q, platformID, sealing.ForCopies)
		return err
	})
	if err != nil {
		return nil, r.store.o.Seals.Refused(ctx, platformID, sealing.ForCopies,
			sealing.Subject{Kind: sealing.OfCopy, ID: b.License.ID, TypeCode: b.License.TypeCode}, err)
	}
	copied, err := annotate(original, b.License, p, r.store.o.Faces.Font(face.Sans))
	if err != nil {
		return nil, err
	}
	info, err := copied.Info()
	if err != nil {
		return nil, fmt.Errorf("read the copy: %w", err)
	}
	var places []sealing.Place
	for i, page := range info.Pages {
		places = append(places, sealing.Place{Page: i, Box: ofd.NoteSeal(page)})
	}
	steps := []sealing.Step{{Seal: seal, Places: places, Mandate: "copies"}}
	if err := r.store.o.Seals.Sign(copied, steps); err != nil {
		return nil, err
	}
	file, err := copied.Bytes()
	if err != nil {
		return nil, err
	}
	of := sealing.Subject{Kind: sealing.OfCopy, ID: b.License.ID, TypeCode: b.License.TypeCode, Count: 1, Digest: digest(file)}
	return file, r.store.o.DB.Write(ctx, func(tx *db.Tx) error { return r.store.o.Seals.Log(ctx, tx, steps, of) })
}

// annotate derives the unsigned copy from the file of a license.
func annotate(file []byte, l License, p Purpose, font *ofd.Font) (*ofd.Package, error) {
	sum := gm.SM3(file)
	if got := hex.EncodeToString(sum[:]); got != l.FileDigest {
		return nil, fmt.Errorf("file of license %s has digest %s, not the one recorded", l.ID, got)
	}
	original, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := ses.Stamps(original)
	if err != nil {
		return nil, fmt.Errorf("read seals: %w", err)
	}
	n := ofd.Note{
		ID:      strings.ReplaceAll(uuid.NewString(), "-", ""),
		Created: p.Created, Expires: p.Expires, User: p.Creator, Purpose: p.Cause(), Matter: p.MatterCode, Case: p.CaseNo,
		Identifier: l.Identifier, Digest: sum, Verdict: p.Verdict, Font: font, Stamps: stamps,
	}
	if p.CaseNo == "" {
		n.Matter, n.Remark = "", "；PDF副本、打印件以OFD文件为准"
	}
	copied, err := original.Annotate(n)
	if _, missing := errors.AsType[*ofd.MissingGlyph](err); missing {
		return nil, errs.New(errs.Invalid, "license.glyph").With("label", "加注内容").Wrap(err)
	}
	if err != nil {
		return nil, fmt.Errorf("annotate file: %w", err)
	}
	return copied, nil
}
